import * as KeyValueStore from "@effect/platform/KeyValueStore"
import { assert, describe, it } from "@effect/vitest"
import { CallOptions, RetryPolicy, UserAccounts, UserSession } from "@effect-glowmarkt/core"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import * as Callers from "./support/Callers.js"
import * as Provider from "./support/Provider.js"
import * as Wire from "./support/Wire.js"

const user = UserAccounts.UserAccounts
const status = Effect.flatMap(user, (accounts) => accounts.status)
const addToken = Effect.flatMap(user, (accounts) =>
  accounts.addMobileAppToken(Callers.accountId, Redacted.make("mobile-token"))
)
const changeName = Effect.flatMap(user, (accounts) => accounts.changeName("Scotty"))

const inTime = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(Effect.timed(effect))
    yield* TestClock.adjust("10 minutes")
    return yield* Fiber.join(fiber)
  })

const within = (total: Duration.DurationInput) =>
  CallOptions.locally({ retry: { ...RetryPolicy.standard, total: Duration.decode(total) } })

describe("sign-in for a call", () => {
  it.effect("ends with the call's time limit and continues for other calls", () => {
    let answer = (_: Wire.Response) => {}
    const provider = Provider.make((request) => {
      if (!Provider.isSignIn(request)) return undefined
      const issued = provider.usual(request)
      return Wire.later((resume) => {
        answer = () => resume(issued)
      })
    })
    return Effect.gen(function* () {
      const patient = yield* Effect.fork(status)
      const hasty = yield* Effect.fork(Effect.timed(Effect.flip(within("1 second")(addToken))))
      yield* TestClock.adjust("1 second")
      const [took, error] = yield* Fiber.join(hasty)
      assert.strictEqual(Duration.toMillis(took), 1000)
      assert.isTrue(error._tag === "RequestTimeout" && error.phase === "unsent" && !error.mayHaveBeenApplied)
      assert.strictEqual(
        error.message,
        "user.addMobileAppToken: Sign-in failed: no token in the time left for the call (1s)."
      )
      answer("hangs")
      assert.strictEqual((yield* Fiber.join(patient)).status, "active")
    }).pipe(Effect.provide(Provider.sessionOver(provider)))
  })

  it.effect("after a 401 ends with the call's time limit, too", () => {
    let refused = false
    const provider = Provider.make((request) =>
      Provider.isSignIn(request) ? (refused ? "hangs" : undefined) : refused ? { status: 401 } : undefined
    )
    return Effect.gen(function* () {
      yield* status
      refused = true
      const [took, error] = yield* inTime(Effect.flip(within("2 seconds")(status)))
      assert.strictEqual(Duration.toMillis(took), 2000)
      assert.isTrue(error._tag === "RequestTimeout" && error.waitedFor === "token" && error.attempts === 1)
    }).pipe(Effect.provide(Provider.sessionOver(provider)))
  })

  for (const [name, answer, tag] of [
    ["a timeout", "hangs", "RequestTimeout"],
    ["a server error", { status: 503 }, "ServerError"],
    ["a lost connection", { breaks: Wire.systemError("ECONNRESET") }, "TransportError"],
    ["an HTML page", { status: 200, body: "<html></html>" }, "InvalidResponse"],
    ["a rate limit", { status: 429 }, "RateLimited"],
    ["a bad request", { status: 408 }, "BadRequest"],
    ["a missing field", Wire.json({ error: "missing elements" }, 400), "BadRequest"],
    ["a refusal", { status: 401 }, "AccessDenied"]
  ] satisfies ReadonlyArray<readonly [string, Wire.Response, string]>) {
    it.effect(`${name}: the call fails without being sent`, () => {
      const provider = Provider.make((request) => (Provider.isSignIn(request) ? answer : undefined))
      return Effect.gen(function* () {
        const [, error] = yield* inTime(Effect.flip(addToken))
        assert.strictEqual(error._tag, tag)
        assert.isFalse(error.mayHaveBeenApplied)
        assert.isTrue("stage" in error && error.stage === "signIn" && error.operation === "addMobileAppToken")
        assert.match(error.message, /^user\.addMobileAppToken: Sign-in failed: /)
        assert.isTrue(provider.seen.every(Provider.isSignIn))
      }).pipe(Effect.provide(Provider.sessionOver(provider)))
    })

    it.effect(`${name} after a 401: the call may have been carried out before`, () => {
      let down = false
      const provider = Provider.make((request) => {
        if (Provider.isSignIn(request)) return down ? answer : undefined
        if (!request.url.endsWith("/account/name")) return undefined
        if (down) return { status: 401 }
        down = true
        return { status: 503 }
      })
      return Effect.gen(function* () {
        const [, error] = yield* inTime(Effect.flip(changeName))
        assert.strictEqual(error._tag, tag)
        assert.isTrue(error.mayHaveBeenApplied)
        assert.isTrue("stage" in error && error.stage === "signIn" && error.operation === "userChangeName")
      }).pipe(Effect.provide(Provider.sessionOver(provider)))
    })
  }
})

describe("a refused token", () => {
  it.effect("is not replaced for every call if new tokens are refused, too", () => {
    const provider = Provider.make((request) => (Provider.isSignIn(request) ? undefined : { status: 401 }))
    return Effect.gen(function* () {
      for (let call = 0; call < 50; call++) {
        const error = yield* Effect.flip(status)
        assert.isTrue(error._tag === "AccessDenied" && error.stage === "call")
      }
      assert.lengthOf(provider.state.signIns, 2)
      yield* TestClock.adjust("30 seconds")
      yield* Effect.flip(status)
      assert.lengthOf(provider.state.signIns, 3)
    }).pipe(Effect.provide(Provider.sessionOver(provider)))
  })

  it.effect("is not replaced after a 403", () => {
    const provider = Provider.make((request) => (Provider.isSignIn(request) ? undefined : { status: 403 }))
    return Effect.gen(function* () {
      yield* Effect.flip(status)
      assert.deepStrictEqual(provider.paths(), ["POST /auth", "GET /account/status"])
    }).pipe(Effect.provide(Provider.sessionOver(provider)))
  })

  it.effect("is replaced once, even if another call is refused much later", () => {
    const waiting: Array<() => void> = []
    const provider = Provider.make((request) => {
      if (Provider.isSignIn(request)) return undefined
      const usual = provider.usual(request)
      return request.headers["token"] === "t1" ? Wire.later((resume) => waiting.push(() => resume(usual))) : undefined
    })
    return Effect.gen(function* () {
      const first = yield* Effect.fork(status)
      const second = yield* Effect.fork(status)
      yield* TestClock.adjust("1 second")
      // Both requests are pending with a token that is revoked now.
      provider.endTokens()
      assert.lengthOf(waiting, 2)
      for (const [index, fiber] of [first, second].entries()) {
        waiting[index]?.()
        yield* Fiber.await(fiber)
        yield* TestClock.adjust("1 second")
      }
      assert.lengthOf(provider.state.signIns, 1)
    }).pipe(Effect.provide(Provider.sessionOver(provider)))
  })

  it.effect("is replaced with the token that another call has obtained", () => {
    const waiting: Array<(answer: Wire.Response) => void> = []
    const provider = Provider.make((request) =>
      request.headers["token"] === "t1" ? Wire.later((resume) => waiting.push(resume)) : undefined
    )
    return Effect.gen(function* () {
      const calls = yield* Effect.fork(Effect.all([status, status], { concurrency: "unbounded" }))
      yield* TestClock.adjust("1 second")
      waiting[0]?.({ status: 401 })
      yield* TestClock.adjust("10 seconds")
      waiting[1]?.({ status: 401 })
      yield* Fiber.join(calls)
      assert.lengthOf(provider.state.signIns, 2)
    }).pipe(Effect.provide(Provider.sessionOver(provider)))
  })
})

describe("a token with a lifetime of seconds", () => {
  it.effect("is used for most of its lifetime", () => {
    const provider = Provider.make((request) =>
      Provider.isSignIn(request)
        ? Wire.json({ valid: true, token: "brief", exp: provider.state.signIns.length * 30 })
        : Wire.json({ status: "active" })
    )
    return Effect.gen(function* () {
      for (let second = 0; second < 26; second++) {
        yield* status
        yield* TestClock.adjust("1 second")
      }
      assert.lengthOf(provider.state.signIns, 1)
      yield* TestClock.adjust("2 seconds")
      yield* status
      assert.lengthOf(provider.state.signIns, 2)
    }).pipe(Effect.provide(Provider.sessionOver(provider)))
  })
})

/** A session over a store with an entry or with failures. */
const over = (provider: ReturnType<typeof Provider.make>, store: KeyValueStore.KeyValueStore) =>
  UserAccounts.layer.pipe(
    Layer.provide(UserSession.layerCached(Provider.options)),
    Layer.provide(Callers.client(provider)),
    Layer.provide(Layer.succeed(KeyValueStore.KeyValueStore, store))
  )

describe("a token cache", () => {
  const far = 4_000_000_000

  for (const [name, entry] of [
    ["invalid JSON", "{{{"],
    ["another object", '{"tok":1}'],
    ["a token with a line break", JSON.stringify({ token: "a\nb", exp: far })],
    ["a token with invalid characters", JSON.stringify({ token: "tö€", exp: far })],
    ["an empty token", JSON.stringify({ token: "", exp: far })],
    ["an expiry that is not a number", JSON.stringify({ token: "bad", exp: "soon" })],
    ["a refused token", JSON.stringify({ token: "bad", exp: far * 1000 })],
    ["an invalid token without an expiry", JSON.stringify({ token: "bad" })]
  ] as const) {
    it.effect(`with ${name} causes a sign-in and holds a valid token afterwards`, () => {
      const provider = Provider.make()
      let held: string | undefined = entry
      const store = KeyValueStore.makeStringOnly({
        get: () => Effect.sync(() => Option.fromNullable(held)),
        set: (_, value) =>
          Effect.sync(() => {
            held = value
          }),
        remove: () => Effect.void,
        clear: Effect.void,
        size: Effect.succeed(1)
      })
      return Effect.gen(function* () {
        assert.strictEqual((yield* status).status, "active")
        assert.deepStrictEqual(provider.state.signIns, ["beam-me-up"])
        assert.deepStrictEqual(JSON.parse(held ?? ""), { token: "t1", exp: 3600 })
      }).pipe(Effect.provide(over(provider, store)))
    })
  }

  const all = (what: Effect.Effect<never>) =>
    KeyValueStore.make({
      get: () => what,
      getUint8Array: () => what,
      set: () => what,
      remove: () => what,
      clear: what,
      size: what
    })

  for (const [name, store] of [
    ["never responds", all(Effect.never)],
    [
      "never responds and cannot be interrupted",
      all(Effect.uninterruptible(Effect.sleep("1 day")) as Effect.Effect<never>)
    ],
    ["dies", all(Effect.die("of the token t1"))]
  ] as const) {
    it.effect(`that ${name} does not fail the call`, () => {
      const provider = Provider.make()
      const logged: Array<string> = []
      const logger = Logger.make(({ message }) => logged.push(String(message)))
      return Effect.gen(function* () {
        const [, result] = yield* inTime(status)
        assert.strictEqual(result.status, "active")
        assert.strictEqual(logged.length, 2)
        for (const message of logged) assert.match(message, /^the cached session could not be (read|written); /)
      }).pipe(Effect.provide(over(provider, store)), Effect.provide(Logger.replace(Logger.defaultLogger, logger)))
    })
  }
})

describe("an issued token that cannot be sent", () => {
  it.effect("is an invalid response", () => {
    const provider = Provider.make((request) =>
      Provider.isSignIn(request) ? Wire.json({ valid: true, token: "a\nb", exp: 3600 }) : undefined
    )
    return Effect.gen(function* () {
      const error = yield* Effect.flip(status)
      assert.isTrue(error._tag === "InvalidResponse" && error.reason === "Shape")
      assert.include(error.message, "token has the wrong type")
      assert.notInclude(JSON.stringify(error), "a\\nb")
    }).pipe(Effect.provide(Provider.sessionOver(provider)))
  })
})
