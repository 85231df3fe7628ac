import * as KeyValueStore from "@effect/platform/KeyValueStore"
import { assert, describe, it } from "@effect/vitest"
import { GlowmarktClient, Identifier, UserAccounts, UserSession } from "@effect-glowmarkt/core"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import * as Callers from "./support/Callers.js"
import * as Provider from "./support/Provider.js"
import * as Wire from "./support/Wire.js"

const status = Effect.flatMap(UserAccounts.UserAccounts, (accounts) => accounts.status)
const signOut = Effect.flatMap(UserSession.UserSession, (session) => session.signOut)

const revocations = (provider: ReturnType<typeof Provider.make>) => provider.seen.filter(Provider.isRevocation).length

describe("sign-out", () => {
  it.effect("leaves no valid token behind, even with concurrent calls", () => {
    let answer = (_: Wire.Response) => {}
    const provider = Provider.make((request) =>
      Provider.isRevocation(request) && provider.usual(request) !== undefined
        ? Wire.later((resume) => {
            answer = resume
          })
        : undefined
    )
    return Effect.gen(function* () {
      yield* status
      const ending = yield* Effect.fork(signOut)
      yield* TestClock.adjust("1 second")
      const calls = yield* Effect.fork(Effect.all([status, status], { concurrency: "unbounded" }))
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(provider.state.signIns, ["beam-me-up"])
      answer(Wire.json({ valid: true }))
      yield* Fiber.join(ending)
      yield* Fiber.join(calls)
      // A concurrent call has signed in again. Its token is still known and can be revoked as well.
      assert.deepStrictEqual(provider.alive(), ["t2"])
      const again = yield* Effect.fork(signOut)
      yield* TestClock.adjust("1 second")
      answer(Wire.json({ valid: true }))
      yield* Fiber.join(again)
      assert.deepStrictEqual(provider.alive(), [])
    }).pipe(Effect.provide(Provider.sessionOver(provider)))
  })

  it.effect("waits for a pending sign-in and revokes its token", () => {
    let answer = (_: Wire.Response) => {}
    const provider = Provider.make((request) => {
      if (!Provider.isSignIn(request)) return undefined
      const issued = provider.usual(request)
      return Wire.later((resume) => {
        answer = () => resume(issued)
      })
    })
    return Effect.gen(function* () {
      const call = yield* Effect.fork(Effect.exit(status))
      yield* TestClock.adjust("1 second")
      const ending = yield* Effect.fork(signOut)
      yield* TestClock.adjust("1 second")
      answer("hangs")
      yield* Fiber.join(ending)
      assert.deepStrictEqual(provider.alive(), [])
      yield* Fiber.interrupt(call)
    }).pipe(Effect.provide(Provider.sessionOver(provider)))
  })

  it.effect("revokes once if run twice at the same time", () => {
    const provider = Provider.make()
    return Effect.gen(function* () {
      yield* status
      yield* Effect.all([signOut, signOut, signOut], { concurrency: "unbounded" })
      assert.strictEqual(revocations(provider), 1)
    }).pipe(Effect.provide(Provider.sessionOver(provider)))
  })

  it.effect("succeeds if the token has already expired", () => {
    const provider = Provider.make()
    return Effect.gen(function* () {
      yield* status
      provider.endTokens()
      yield* signOut
      assert.strictEqual(revocations(provider), 1)
      yield* status
      assert.lengthOf(provider.state.signIns, 2)
    }).pipe(Effect.provide(Provider.sessionOver(provider)))
  })

  it.effect("keeps the token and admits calls again if it fails", () => {
    let down = true
    const provider = Provider.make((request) =>
      down && Provider.isRevocation(request) ? { status: 403, body: "blocked" } : undefined
    )
    return Effect.gen(function* () {
      yield* status
      assert.strictEqual((yield* Effect.flip(signOut))._tag, "AccessDenied")
      yield* status
      assert.lengthOf(provider.state.signIns, 1)
      down = false
      yield* signOut
      assert.deepStrictEqual(provider.alive(), [])
    }).pipe(Effect.provide(Provider.sessionOver(provider)))
  })

  it.effect("admits calls again if it is interrupted", () => {
    const provider = Provider.make((request) => (Provider.isRevocation(request) ? "hangs" : undefined))
    return Effect.gen(function* () {
      yield* status
      const ending = yield* Effect.fork(signOut)
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(ending)
      assert.strictEqual((yield* status).status, "active")
    }).pipe(Effect.provide(Provider.sessionOver(provider)))
  })
})

/** A separate program that shares only the store. */
const program =
  (provider: ReturnType<typeof Provider.make>, store: Layer.Layer<KeyValueStore.KeyValueStore>) =>
  (options: Partial<UserSession.Options> = {}, baseUrl = Callers.baseUrl) =>
  <A, E>(effect: Effect.Effect<A, E, UserAccounts.UserAccounts | UserSession.UserSession>) =>
    Effect.provide(
      effect,
      UserAccounts.layer.pipe(
        Layer.provideMerge(UserSession.layerCached({ ...Provider.options, ...options })),
        Layer.provide(GlowmarktClient.layer({ baseUrl }).pipe(Layer.provide(provider.layer))),
        Layer.provide(store)
      )
    )

const kept = Effect.map(Layer.build(KeyValueStore.layerMemory), (context) => Layer.succeedContext(context))

describe("a cached session", () => {
  it.scoped("can be ended by a program that made no call with it", () => {
    const provider = Provider.make()
    return Effect.gen(function* () {
      const run = program(provider, yield* kept)()
      yield* run(status)
      yield* run(signOut)
      assert.deepStrictEqual(provider.alive(), [])
      assert.deepStrictEqual(provider.state.signIns, ["beam-me-up"])
      const before = provider.seen.length
      yield* run(signOut)
      assert.lengthOf(provider.seen, before)
      yield* run(status)
      assert.lengthOf(provider.state.signIns, 2)
    })
  })

  it.scoped("belongs to one user, application, directory and server", () => {
    const everywhere = Wire.make((request) =>
      request.url.endsWith("/auth")
        ? Wire.json({ valid: true, token: `t-${request.url}`, exp: 3600 })
        : Wire.json({ status: "active" })
    )
    return Effect.gen(function* () {
      const run = program({ ...Provider.make(), ...everywhere }, yield* kept)
      const signIns = () => everywhere.seen.filter(({ url }) => url.endsWith("/auth")).length
      const owners: ReadonlyArray<readonly [Partial<UserSession.Options>, string?]> = [
        [{}],
        [{ username: "kirk" }],
        [{ applicationId: Identifier.ApplicationId.make("b0f1b774-a586-4f72-9edd-27ead8aa7a8d") }],
        [{ directoryId: Identifier.DirectoryId.make("2e214dec-bf44-4f58-83d0-2fa89d023e90") }],
        [{}, "https://white-label.test/api/v0-1"]
      ]
      for (const [index, owner] of owners.entries()) {
        yield* run(...owner)(status)
        assert.strictEqual(signIns(), index + 1)
      }
      for (const owner of owners) yield* run(...owner)(status)
      assert.strictEqual(signIns(), owners.length)
    })
  })
})
