import { assert, describe, it } from "@effect/vitest"
import {
  AdminAccounts,
  CallOptions,
  GlowmarktError,
  type Repeatability,
  RetryPolicy,
  UserAccounts
} from "@effect-glowmarkt/core"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import * as Callers from "./support/Callers.js"
import * as Wire from "./support/Wire.js"

const { accountId } = Callers

const call = { operation: "someOperation", attempts: 1, elapsed: Duration.zero }
const answer = { ...call, excerpt: "" }

const asked = FastCheck.option(FastCheck.integer({ min: 0, max: 100 }).map(Duration.seconds)).map(Option.fromNullable)

const anyError: FastCheck.Arbitrary<GlowmarktError.GlowmarktError> = FastCheck.oneof(
  asked.map((retryAfter) => new GlowmarktError.RateLimited({ ...answer, status: 429, retryAfter })),
  asked.map((retryAfter) => new GlowmarktError.ServerError({ ...answer, status: 500, retryAfter })),
  FastCheck.constantFrom("unsent" as const, "sent" as const).map(
    (phase) => new GlowmarktError.TransportError({ ...call, phase, code: "ECONNRESET", origin: "https://glow.test" })
  ),
  FastCheck.constant(new GlowmarktError.RequestTimeout({ ...call, phase: "sent", limit: Duration.seconds(30) })),
  FastCheck.constant(new GlowmarktError.AccessDenied({ ...answer, status: 401, caller: "appKeys" })),
  FastCheck.constant(new GlowmarktError.Rejected({ ...answer, status: 200 })),
  FastCheck.constantFrom(400, 404, 408, 418, 425).map(
    (status) => new GlowmarktError.BadRequest({ ...answer, status, retryAfter: Option.none() })
  ),
  FastCheck.constantFrom("NotJson" as const, "Truncated" as const, "Shape" as const).map(
    (reason) => new GlowmarktError.InvalidResponse({ ...answer, status: 200, reason, problem: "it is odd" })
  )
)

const anyRepeatability: FastCheck.Arbitrary<Repeatability.Repeatability> = FastCheck.constantFrom(
  "safe",
  "idempotent",
  "once"
)

const situation = FastCheck.record({
  error: anyError,
  repeatability: anyRepeatability,
  attempts: FastCheck.integer({ min: 1, max: 8 }),
  elapsed: FastCheck.integer({ min: 0, max: 90_000 }).map(Duration.millis),
  random: FastCheck.double({ min: 0, max: 1, noNaN: true })
})

describe("RetryPolicy.delay", () => {
  it.prop("never retries a once operation that may have been carried out", [situation], ([at]) => {
    const wait = RetryPolicy.delay(RetryPolicy.standard, { ...at, repeatability: "once" })
    if (at.error.mayHaveBeenApplied) assert.isTrue(Option.isNone(wait))
  })

  it.prop("never retries a permanent error or more often than allowed", [situation], ([at]) => {
    const wait = RetryPolicy.delay(RetryPolicy.standard, at)
    if (!at.error.isTransient || at.attempts > RetryPolicy.standard.retries) assert.isTrue(Option.isNone(wait))
  })

  it.prop("waits for Retry-After plus at most the backoff, within the total time", [situation], ([at]) => {
    const { base, cap, total } = RetryPolicy.standard
    const wait = RetryPolicy.delay(RetryPolicy.standard, at)
    if (Option.isNone(wait)) return
    const least = Option.match(at.error.retryAfter, { onNone: () => 0, onSome: Duration.toMillis })
    const backoff = Math.min(Duration.toMillis(cap), Duration.toMillis(base) * 2 ** (at.attempts - 1))
    const millis = Duration.toMillis(wait.value)
    assert.isAtLeast(millis, least)
    assert.isAtMost(millis, least + backoff)
    assert.isAtMost(millis + Duration.toMillis(at.elapsed), Duration.toMillis(total))
  })

  const failed = { error: new GlowmarktError.ServerError({ ...answer, status: 503, retryAfter: Option.none() }) }
  const first = { ...failed, repeatability: "safe", attempts: 1, elapsed: Duration.zero, random: 1 } as const

  it("backs off exponentially up to its cap, with full jitter", () => {
    const policy: RetryPolicy.RetryPolicy = {
      retries: 20,
      base: Duration.millis(100),
      cap: Duration.seconds(1),
      retryAfterCap: Duration.zero,
      total: Duration.infinity
    }
    for (const [random, waits] of [
      [1, [100, 200, 400, 800, 1000, 1000]],
      [0.5, [50, 100, 200, 400, 500, 500]],
      [0, [0, 0, 0, 0, 0, 0]]
    ] as const) {
      for (const [index, millis] of waits.entries()) {
        const wait = RetryPolicy.delay(policy, { ...first, attempts: index + 1, random })
        assert.deepStrictEqual(wait, Option.some(Duration.millis(millis)))
      }
    }
  })

  it("follows Retry-After up to its cap and gives up beyond it", () => {
    const asks = (seconds: number) => {
      const retryAfter = Option.some(Duration.seconds(seconds))
      const error = new GlowmarktError.RateLimited({ ...answer, status: 429, retryAfter })
      return RetryPolicy.delay(RetryPolicy.standard, { ...first, error, random: 0 })
    }
    assert.deepStrictEqual(asks(30), Option.some(Duration.seconds(30)))
    assert.deepStrictEqual(asks(31), Option.none())
  })

  it.prop("never retries with RetryPolicy.none", [situation], ([at]) => {
    assert.isTrue(Option.isNone(RetryPolicy.delay(RetryPolicy.none, at)))
  })
})

/** Moves the clock past every wait of a retry. */
const throughRetries = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(effect)
    yield* TestClock.adjust("2 minutes")
    return yield* Fiber.join(fiber)
  })

describe("retried calls", () => {
  const failing: Wire.Response = { status: 500, body: "" }

  it.effect("a read succeeds after transient failures", () => {
    const answers: ReadonlyArray<Wire.Response> = [
      failing,
      { breaks: Wire.systemError("ECONNRESET") },
      { status: 429, headers: { "retry-after": "3" } },
      Wire.json({ accountId })
    ]
    const wire = Wire.make((_, index) => answers[index] ?? "hangs")
    return Effect.gen(function* () {
      const account = yield* throughRetries((yield* AdminAccounts.AdminAccounts).get(accountId))
      assert.strictEqual(account.accountId, accountId)
      assert.lengthOf(wire.seen, 4)
    }).pipe(Effect.provide(Callers.adminOver(wire)))
  })

  it.effect("a read fails after five requests and names the number", () => {
    const wire = Wire.make(() => failing)
    return Effect.gen(function* () {
      const error = yield* throughRetries(Effect.flip((yield* AdminAccounts.AdminAccounts).get(accountId)))
      assert.isTrue(error._tag === "ServerError" && error.attempts === 5)
      assert.lengthOf(wire.seen, 5)
    }).pipe(Effect.provide(Callers.adminOver(wire)))
  })

  it.effect("an error tells that an earlier attempt may have been carried out", () => {
    const answers: ReadonlyArray<Wire.Response> = [failing, { status: 401 }]
    const wire = Wire.make((_, index) => answers[index] ?? "hangs")
    return Effect.gen(function* () {
      const admin = yield* AdminAccounts.AdminAccounts
      const error = yield* throughRetries(Effect.flip(admin.rename(accountId, "Scotty")))
      assert.isTrue(error._tag === "AccessDenied" && error.mayHaveBeenApplied)
    }).pipe(Effect.provide(Callers.adminOver(wire)))
  })

  it.effect("a route lost while reading does not prove that nothing was sent", () => {
    const wire = Wire.make(() => ({ breaks: Wire.systemError("EHOSTUNREACH", "read") }))
    return Effect.gen(function* () {
      yield* throughRetries(Effect.flip((yield* AdminAccounts.AdminAccounts).remove(accountId)))
      assert.lengthOf(wire.seen, 1)
    }).pipe(Effect.provide(Callers.adminOver(wire)))
  })

  it.effect("an idempotent write is retried", () => {
    const wire = Wire.make((_, index) => (index === 0 ? failing : Wire.json({ valid: true })))
    return Effect.gen(function* () {
      yield* throughRetries((yield* UserAccounts.UserAccounts).changeName("Scotty"))
      assert.lengthOf(wire.seen, 2)
    }).pipe(Effect.provide(Callers.userOver(wire)))
  })

  for (const [name, answer, requests] of [
    ["500", failing, 1],
    ["a reset connection", { breaks: Wire.systemError("ECONNRESET") }, 1],
    ["429", { status: 429 }, 5],
    ["a refused connection", { breaks: Wire.systemError("ECONNREFUSED", "connect") }, 5]
  ] satisfies Array<[string, Wire.Response, number]>) {
    it.effect(`after ${name} a deletion is ${requests === 1 ? "not retried" : "retried"}`, () => {
      const wire = Wire.make(() => answer)
      return Effect.gen(function* () {
        yield* throughRetries(Effect.flip((yield* AdminAccounts.AdminAccounts).remove(accountId)))
        assert.lengthOf(wire.seen, requests)
      }).pipe(Effect.provide(Callers.adminOver(wire)))
    })
  }

  it.effect("a call fails if Retry-After exceeds its cap", () => {
    const wire = Wire.make(() => ({ status: 429, headers: { "retry-after": "31" } }))
    return Effect.gen(function* () {
      const error = yield* Effect.flip((yield* AdminAccounts.AdminAccounts).list)
      assert.deepStrictEqual(error.retryAfter, Option.some(Duration.seconds(31)))
      assert.lengthOf(wire.seen, 1)
    }).pipe(Effect.provide(Callers.adminOver(wire)))
  })

  it.effect("retries can be switched off for some calls", () => {
    const wire = Wire.make(() => failing)
    return Effect.gen(function* () {
      yield* Effect.flip((yield* AdminAccounts.AdminAccounts).list).pipe(
        CallOptions.locally({ retry: RetryPolicy.none })
      )
      assert.lengthOf(wire.seen, 1)
    }).pipe(Effect.provide(Callers.adminOver(wire)))
  })

  it.effect("fixed credentials are not tried again after a 401", () => {
    const wire = Wire.make(() => ({ status: 401 }))
    return Effect.gen(function* () {
      yield* Effect.flip((yield* AdminAccounts.AdminAccounts).list)
      assert.lengthOf(wire.seen, 1)
    }).pipe(Effect.provide(Callers.adminOver(wire)))
  })
})
