import * as PlatformError from "@effect/platform/Error"
import * as KeyValueStore from "@effect/platform/KeyValueStore"
import { assert, describe, it } from "@effect/vitest"
import { CallOptions, UserAccounts, UserSession } from "@effect-glowmarkt/core"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/TestClock"
import * as Callers from "./support/Callers.js"
import * as Wire from "./support/Wire.js"

const { applicationId } = Callers

const options: UserSession.Options = { applicationId, username: "scotty", password: Redacted.make("beam-me-up") }

const over = (wire: ReturnType<typeof Wire.make>) =>
  UserAccounts.layer.pipe(Layer.provide(UserSession.layer(options)), Layer.provide(Callers.client(wire)))

/**
 * Issues the tokens t1, t2, …, valid for an hour of the test clock, and accepts those for which
 * `holds`.
 */
const provider = (holds: (token: string) => boolean = () => true) => {
  let issued = 0
  let nowSeconds = 0
  const wire = Wire.make((request) => {
    if (request.url.endsWith("/auth")) {
      issued++
      return Wire.json({ valid: true, token: `t${issued}`, exp: nowSeconds + 3600 })
    }
    return holds(request.headers["token"] ?? "") ? Wire.json({ status: "active" }) : { status: 401 }
  })
  return {
    ...wire,
    signIns: () => issued,
    pass: (seconds: number) =>
      Effect.suspend(() => {
        nowSeconds += seconds
        return TestClock.adjust(`${seconds} seconds`)
      })
  }
}

const tokens = (wire: { readonly seen: ReadonlyArray<Wire.Seen> }) =>
  wire.seen.filter((seen) => !seen.url.endsWith("/auth")).map((seen) => seen.headers["token"])

describe("UserSession", () => {
  it.effect("signs in once, on the first call", () => {
    const wire = provider()
    return Effect.gen(function* () {
      const user = yield* UserAccounts.UserAccounts
      assert.strictEqual(wire.signIns(), 0)
      yield* user.status
      yield* user.status
      assert.strictEqual(wire.signIns(), 1)
      assert.deepStrictEqual(tokens(wire), ["t1", "t1"])
    }).pipe(Effect.provide(over(wire)))
  })

  it.effect("shares one sign-in between concurrent calls", () => {
    const wire = provider()
    return Effect.gen(function* () {
      const user = yield* UserAccounts.UserAccounts
      yield* Effect.all(
        Array.from({ length: 100 }, () => user.status),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(wire.signIns(), 1)
    }).pipe(Effect.provide(over(wire)))
  })

  it.effect("signs in again before the token expires", () => {
    const wire = provider()
    return Effect.gen(function* () {
      const user = yield* UserAccounts.UserAccounts
      yield* user.status
      yield* wire.pass(3500)
      yield* user.status
      yield* wire.pass(60)
      yield* user.status
      assert.deepStrictEqual(tokens(wire), ["t1", "t1", "t2"])
    }).pipe(Effect.provide(over(wire)))
  })

  it.effect("replaces a token that is refused early once", () => {
    const wire = provider((token) => token !== "t1")
    return Effect.gen(function* () {
      const user = yield* UserAccounts.UserAccounts
      yield* Effect.all([user.status, user.status, user.status], { concurrency: "unbounded" })
      assert.strictEqual(wire.signIns(), 2)
    }).pipe(Effect.provide(over(wire)))
  })

  it.effect("gives up if the new token is refused, too", () => {
    const wire = provider(() => false)
    return Effect.gen(function* () {
      const error = yield* Effect.flip((yield* UserAccounts.UserAccounts).status)
      assert.isTrue(error._tag === "AccessDenied" && error.caller === "session")
      assert.strictEqual(wire.signIns(), 2)
      assert.lengthOf(wire.seen, 4)
    }).pipe(Effect.provide(over(wire)))
  })

  for (const [name, answer] of [
    ["401", { status: 401 }],
    ["valid: false", Wire.json({ valid: false })]
  ] satisfies Array<[string, Wire.Response]>) {
    it.effect(`a sign-in refused with ${name} says what to check and is not repeated for a while`, () => {
      const wire = Wire.make(() => answer)
      return Effect.gen(function* () {
        const user = yield* UserAccounts.UserAccounts
        const error = yield* Effect.flip(user.status)
        assert.strictEqual(error._tag, "AccessDenied")
        assert.include(error.message, "terms")
        yield* Effect.flip(user.status)
        assert.lengthOf(wire.seen, 1)
        yield* TestClock.adjust("30 seconds")
        yield* Effect.flip(user.status)
        assert.lengthOf(wire.seen, 2)
      }).pipe(Effect.provide(over(wire)))
    })
  }

  it.effect("ends with its layer: a later call fails and does not wait forever", () => {
    const wire = provider()
    return Effect.gen(function* () {
      const scope = yield* Scope.make()
      const user = Context.get(yield* Layer.buildWithScope(over(wire), scope), UserAccounts.UserAccounts)
      yield* Scope.close(scope, Exit.void)
      assert.isTrue(Exit.isInterrupted(yield* Effect.exit(user.status)))
    })
  })

  it.effect("a sign-in has the session's timeout, not that of the first call", () => {
    const waiting: Array<(reply: Wire.Response) => void> = []
    const wire = Wire.make((request) =>
      request.url.endsWith("/auth") ? Wire.later((resume) => waiting.push(resume)) : Wire.json({ status: "active" })
    )
    return Effect.gen(function* () {
      const user = yield* UserAccounts.UserAccounts
      const hasty = yield* Effect.fork(CallOptions.locally(user.status, { timeout: "50 millis" }))
      const patient = yield* Effect.fork(user.status)
      yield* TestClock.adjust("1 second")
      waiting[0]?.(Wire.json({ valid: true, token: "t", exp: 3600 }))
      assert.strictEqual((yield* Fiber.join(patient)).status, "active")
      yield* Fiber.join(hasty)
    }).pipe(Effect.provide(over(wire)))
  })

  it.effect("does not sign in for every call if the clock is ahead of the provider's", () => {
    const wire = provider()
    return Effect.gen(function* () {
      yield* TestClock.adjust("10 days")
      const user = yield* UserAccounts.UserAccounts
      yield* user.status
      yield* user.status
      assert.strictEqual(wire.signIns(), 1)
    }).pipe(Effect.provide(over(wire)))
  })

  it.effect("interrupting a caller does not cancel the sign-in of the others", () => {
    const waiting: Array<(reply: Wire.Response) => void> = []
    const wire = Wire.make((request) =>
      request.url.endsWith("/auth") ? Wire.later((resume) => waiting.push(resume)) : Wire.json({ status: "active" })
    )
    return Effect.gen(function* () {
      const user = yield* UserAccounts.UserAccounts
      const first = yield* Effect.fork(user.status)
      const second = yield* Effect.fork(user.status)
      yield* Effect.yieldNow()
      yield* TestClock.adjust(0)
      yield* Fiber.interrupt(first)
      waiting[0]?.(Wire.json({ valid: true, token: "t", exp: 3600 }))
      const status = yield* Fiber.join(second)
      assert.strictEqual(status.status, "active")
      assert.lengthOf(wire.seen, 2)
    }).pipe(Effect.provide(over(wire)))
  })

  it.effect("sign-out revokes the token, and the next call signs in again", () => {
    const wire = provider()
    return Effect.gen(function* () {
      const user = yield* UserAccounts.UserAccounts
      const session = yield* UserSession.UserSession
      yield* session.signOut
      assert.lengthOf(wire.seen, 0)
      yield* user.status
      yield* session.signOut
      const revoked = wire.seen[2]
      assert.isTrue(revoked?.method === "DELETE" && revoked.url.endsWith("/auth/deleteToken"))
      assert.strictEqual(revoked?.headers["token"], "t1")
      yield* user.status
      assert.strictEqual(wire.signIns(), 2)
    }).pipe(
      Effect.provide(
        UserAccounts.layer.pipe(Layer.provideMerge(UserSession.layer(options)), Layer.provide(Callers.client(wire)))
      )
    )
  })
})

describe("a cached session", () => {
  /** A program that makes one call, with a store that outlives it. */
  const run = (wire: ReturnType<typeof provider>, store: Layer.Layer<KeyValueStore.KeyValueStore>) =>
    Effect.flatMap(UserAccounts.UserAccounts, (user) => user.status).pipe(
      Effect.provide(
        UserAccounts.layer.pipe(
          Layer.provide(UserSession.layerCached(options)),
          Layer.provide(Callers.client(wire)),
          Layer.provide(store)
        )
      )
    )

  const kept = Effect.map(Layer.build(KeyValueStore.layerMemory), (context) => Layer.succeedContext(context))

  it.scoped("needs no second sign-in while the token is valid", () => {
    const wire = provider()
    return Effect.gen(function* () {
      const store = yield* kept
      yield* run(wire, store)
      yield* run(wire, store)
      assert.strictEqual(wire.signIns(), 1)
      yield* wire.pass(3600)
      yield* run(wire, store)
      assert.strictEqual(wire.signIns(), 2)
    })
  })

  it.scoped("signs in and is replaced if its token is refused", () => {
    const wire = provider((token) => token !== "t1")
    return Effect.gen(function* () {
      const store = yield* kept
      yield* run(wire, store)
      yield* run(wire, store)
      assert.strictEqual(wire.signIns(), 2)
      assert.deepStrictEqual(tokens(wire), ["t1", "t2", "t2"])
    })
  })

  it.effect("continues without a failing store", () => {
    const wire = provider()
    const failing = Effect.fail(
      new PlatformError.SystemError({ module: "KeyValueStore", method: "any", reason: "PermissionDenied" })
    )
    const store = Layer.succeed(
      KeyValueStore.KeyValueStore,
      KeyValueStore.make({
        get: () => failing,
        getUint8Array: () => failing,
        set: () => failing,
        remove: () => failing,
        clear: failing,
        size: failing
      })
    )
    return Effect.gen(function* () {
      yield* run(wire, store)
      assert.strictEqual(wire.signIns(), 1)
    })
  })
})
