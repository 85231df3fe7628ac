import { assert, describe, it } from "@effect/vitest"
import {
  AdminAccounts,
  AppKeys,
  CallOptions,
  CircuitBreaker,
  GlowmarktClient,
  RateLimit,
  RetryBudget,
  RetryPolicy
} from "@effect-glowmarkt/core"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import * as Callers from "./support/Callers.js"
import * as Wire from "./support/Wire.js"

const over = (wire: Pick<ReturnType<typeof Wire.make>, "layer">, options: GlowmarktClient.Options) =>
  AdminAccounts.layer.pipe(
    Layer.provide(AppKeys.layer({ key: "app", secret: Redacted.make("app-secret") })),
    Layer.provide(GlowmarktClient.layer({ baseUrl: Callers.baseUrl, ...options })),
    Layer.provide(wire.layer)
  )

const list = Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => admin.list)

describe("RetryBudget", () => {
  it.effect("allows retries for a few failures", () => {
    const wire = Wire.make((_, index) => (index % 3 === 2 ? Wire.json([]) : { status: 503 }))
    return Effect.gen(function* () {
      const calls = yield* Effect.fork(Effect.forEach(Array.from({ length: 20 }), () => list))
      yield* TestClock.adjust("1 hour")
      yield* Fiber.join(calls)
      assert.lengthOf(wire.seen, 60)
    }).pipe(Effect.provide(over(wire, {})))
  })

  it("is filled by calls and successes up to its reserve", () => {
    const { deposit, refund, tryWithdraw } = RetryBudget.make({ reserve: 2, perCall: 0.5 })
    assert.deepStrictEqual([tryWithdraw(), tryWithdraw(), tryWithdraw()], [true, true, false])
    deposit()
    assert.isFalse(tryWithdraw())
    deposit()
    assert.deepStrictEqual([tryWithdraw(), tryWithdraw()], [true, false])
    refund()
    assert.deepStrictEqual([tryWithdraw(), tryWithdraw()], [true, false])
    for (let good = 0; good < 100; good++) refund()
    assert.deepStrictEqual([tryWithdraw(), tryWithdraw(), tryWithdraw()], [true, true, false])
  })

  it.effect("is filled by the client's calls and by those that succeed", () => {
    let well = false
    const wire = Wire.make(() => (well ? Wire.json([]) : { status: 503 }))
    const requestsOf = (call: typeof list) =>
      Effect.gen(function* () {
        const before = wire.seen.length
        yield* Effect.exit(call)
        return wire.seen.length - before
      })
    return Effect.gen(function* () {
      const each = yield* Effect.replicateEffect(requestsOf(list), 6)
      // One retry from the reserve, then one per four calls.
      assert.deepStrictEqual(each, [2, 1, 1, 1, 2, 1])
      well = true
      yield* list
      well = false
      assert.deepStrictEqual(yield* Effect.replicateEffect(requestsOf(list), 2), [2, 1])
    }).pipe(
      Effect.provide(
        over(wire, {
          retry: { ...RetryPolicy.standard, base: Duration.zero, retries: 1 },
          retryBudget: { reserve: 1, perCall: 0.25 }
        })
      )
    )
  })

  it.prop(
    "never allows more retries than its reserve and deposits",
    [
      FastCheck.array(FastCheck.constantFrom("deposit" as const, "refund" as const, "tryWithdraw" as const), {
        maxLength: 300
      }),
      FastCheck.nat(20)
    ],
    ([events, reserve]) => {
      const balance = RetryBudget.make({ reserve, perCall: 0.1 })
      let lent = 0
      let income = reserve
      for (const event of events) {
        if (event === "tryWithdraw") lent += balance.tryWithdraw() ? 1 : 0
        else {
          balance[event]()
          income += event === "deposit" ? 0.1 : 1
        }
        assert.isAtMost(lent, income + 1e-9)
      }
    }
  )
})

describe("the rate limit of a client", () => {
  it.effect("is shared by all fibers and includes retries", () => {
    const wire = Wire.make((_, index) => (index < 20 ? { status: 503 } : Wire.json([])))
    return Effect.gen(function* () {
      const calls = yield* Effect.fork(
        Effect.forEach(Array.from({ length: 20 }), () => list, { concurrency: "unbounded", discard: true })
      )
      yield* TestClock.adjust("1 second")
      assert.isAtMost(wire.seen.length, 10 + 10 + 1)
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(calls)
      assert.lengthOf(wire.seen, 40)
    }).pipe(Effect.provide(over(wire, { rateLimit: { limit: 10, interval: Duration.seconds(1) } })))
  })
})

describe("a call that the rate limit would delay too long", () => {
  it.effect("fails without sending anything", () => {
    const wire = Wire.make(() => Wire.json([]))
    return Effect.gen(function* () {
      yield* list
      const call = yield* Effect.fork(Effect.timed(Effect.flip(list)))
      yield* TestClock.adjust("10 minutes")
      const [took, error] = yield* Fiber.join(call)
      assert.strictEqual(Duration.toSeconds(took), 60)
      assert.isTrue(error._tag === "RequestTimeout" && error.phase === "unsent" && error.attempts === 0)
      assert.strictEqual(
        error.message,
        "admin.list: Not sent: the client's rate limit left no slot in the remaining time (1m)."
      )
      assert.lengthOf(wire.seen, 1)
    }).pipe(Effect.provide(over(wire, { rateLimit: { limit: 1, interval: Duration.hours(1) } })))
  })

  it.effect("fails with the error that it would have retried", () => {
    const wire = Wire.make(() => ({ status: 503 }))
    return Effect.gen(function* () {
      const call = yield* Effect.fork(Effect.flip(list))
      yield* TestClock.adjust("10 minutes")
      const error = yield* Fiber.join(call)
      assert.isTrue(error._tag === "ServerError" && error.attempts === 1)
    }).pipe(Effect.provide(over(wire, { rateLimit: { limit: 1, interval: Duration.hours(1) } })))
  })
})

describe("time limits", () => {
  it.effect("end a call whose time is over after a wait", () => {
    const wire = Wire.make(() => ({ status: 503, headers: { "retry-after": "2" } }))
    const retry = { ...RetryPolicy.standard, base: Duration.zero, total: Duration.seconds(2) }
    return Effect.gen(function* () {
      const call = yield* Effect.fork(Effect.flip(list))
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* Fiber.join(call))._tag, "ServerError")
      assert.lengthOf(wire.seen, 1)
    }).pipe(Effect.provide(over(wire, { retry })))
  })

  it.live("do not depend on adjustments of the system clock", () => {
    const now = Date.now
    const wire = Wire.make((_, index) => {
      // The clock jumps back and forth. The call must neither end early nor last forever.
      Date.now = () => now() + (index === 0 ? 3_600_000 : -3_600_000)
      return index < 2 ? { status: 503 } : index === 2 ? Wire.json([]) : "hangs"
    })
    return Effect.gen(function* () {
      yield* list
      assert.lengthOf(wire.seen, 3)
      const [took, error] = yield* Effect.timed(Effect.flip(CallOptions.locally(list, { timeout: "20 millis" })))
      assert.isTrue(error._tag === "RequestTimeout" && Duration.toMillis(error.elapsed) < 5000)
      assert.isBelow(Math.abs(Duration.toMillis(took)), 5000)
    }).pipe(
      Effect.provide(over(wire, { retry: { ...RetryPolicy.standard, base: Duration.zero, retries: 2 } })),
      Effect.ensuring(
        Effect.sync(() => {
          Date.now = now
        })
      )
    )
  })

  it.effect("bound one attempt by the timeout and all attempts by the total", () => {
    const wire = Wire.make(() => "hangs")
    return Effect.gen(function* () {
      const call = yield* Effect.fork(Effect.timed(Effect.flip(list)))
      yield* TestClock.adjust("10 minutes")
      const [took, error] = yield* Fiber.join(call)
      assert.strictEqual(error._tag, "RequestTimeout")
      assert.isAtMost(Duration.toMillis(took), 60_000)
      assert.isAtLeast(wire.seen.length, 2)
    }).pipe(Effect.provide(over(wire, {})))
  })

  it.effect("can be shorter for some calls", () => {
    const wire = Wire.make(() => "hangs")
    return Effect.gen(function* () {
      const call = yield* Effect.fork(
        Effect.timed(Effect.flip(list)).pipe(
          CallOptions.locally({ retry: RetryPolicy.none }),
          CallOptions.locally({ timeout: Duration.seconds(2) })
        )
      )
      yield* TestClock.adjust("1 minute")
      const [took] = yield* Fiber.join(call)
      assert.strictEqual(Duration.toMillis(took), 2000)
    }).pipe(Effect.provide(over(wire, {})))
  })
})

describe("CallOptions", () => {
  it.effect("inner options override outer ones one by one", () => {
    const wire = Wire.make(() => "hangs")
    return Effect.gen(function* () {
      const call = yield* Effect.fork(
        Effect.timed(Effect.flip(list)).pipe(
          CallOptions.locally({ timeout: Duration.seconds(2) }),
          CallOptions.locally({ timeout: Duration.seconds(5), retry: RetryPolicy.none })
        )
      )
      yield* TestClock.adjust("10 minutes")
      const [took] = yield* Fiber.join(call)
      assert.strictEqual(Duration.toMillis(took), 2000)
      assert.lengthOf(wire.seen, 1)
    }).pipe(Effect.provide(over(wire, {})))
  })

  const only = (options: CallOptions.Options) => CallOptions.locally(list, options)

  it.effect("replace the retry budget or switch it off", () => {
    const wire = Wire.make(() => ({ status: 503 }))
    const patient = { ...RetryPolicy.standard, base: Duration.zero }
    return Effect.gen(function* () {
      yield* Effect.flip(list)
      assert.lengthOf(wire.seen, 1)
      yield* Effect.flip(only({ retryBudget: RetryBudget.make(RetryBudget.unlimited) }))
      assert.lengthOf(wire.seen, 1 + 5)
      const own = RetryBudget.make({ reserve: 2, perCall: 0 })
      yield* Effect.flip(only({ retryBudget: own }))
      yield* Effect.flip(only({ retryBudget: own }))
      assert.lengthOf(wire.seen, 1 + 5 + 3 + 1)
    }).pipe(Effect.provide(over(wire, { retry: patient, retryBudget: { reserve: 0, perCall: 0 } })))
  })

  it.effect("replace the circuit or switch it off", () => {
    const wire = Wire.make(() => ({ status: 503 }))
    const breaker = { failures: 2, cooldown: Duration.seconds(10) }
    return Effect.gen(function* () {
      yield* Effect.replicateEffect(Effect.flip(list), 5)
      assert.lengthOf(wire.seen, 2)
      yield* Effect.replicateEffect(Effect.flip(only({ circuitBreaker: CircuitBreaker.none })), 5)
      assert.lengthOf(wire.seen, 2 + 5)
      const own = CircuitBreaker.make({ ...breaker, failures: 3 })
      yield* Effect.replicateEffect(Effect.flip(only({ circuitBreaker: own })), 5)
      assert.lengthOf(wire.seen, 2 + 5 + 3)
    }).pipe(Effect.provide(over(wire, { retry: RetryPolicy.none, circuitBreaker: breaker })))
  })

  it.scoped("replace the rate limiter, switch it off or add another", () => {
    const wire = Wire.make(() => Wire.json([]))
    return Effect.gen(function* () {
      const own = yield* RateLimit.make({ limit: 3, interval: Duration.seconds(1) })
      const took = (options: CallOptions.Options) =>
        Effect.gen(function* () {
          const calls = yield* Effect.fork(Effect.timed(Effect.replicateEffect(only(options), 6)))
          yield* TestClock.adjust("1 minute")
          const [duration] = yield* Fiber.join(calls)
          return Duration.toSeconds(duration)
        })
      assert.isAtLeast(yield* took({}), 5)
      assert.strictEqual(yield* took({ rateLimiter: "none" }), 0)
      assert.isAtMost(yield* took({ rateLimiter: own }), 2)
      let admitted = 0
      const additionalRateLimiter: RateLimit.RateLimiter = {
        acquire: () =>
          Effect.sync(() => {
            admitted++
            return true
          }),
        throttled: () => Effect.void
      }
      assert.isAtLeast(yield* took({ additionalRateLimiter }), 5)
      assert.strictEqual(yield* took({ additionalRateLimiter, rateLimiter: "none" }), 0)
      assert.strictEqual(admitted, 12)
    }).pipe(Effect.provide(over(wire, { rateLimit: { limit: 1, interval: Duration.seconds(1) } })))
  })

  it.effect("replace the size limit or switch it off", () => {
    const wire = Wire.make(() => Wire.json([{ accountId: "a1" }]))
    return Effect.gen(function* () {
      const tooLarge = yield* Effect.flip(list)
      assert.isTrue(tooLarge._tag === "InvalidResponse" && tooLarge.reason === "TooLarge")
      assert.lengthOf((yield* only({ maxBodyBytes: Number.POSITIVE_INFINITY })).accounts, 1)
      assert.strictEqual((yield* Effect.flip(only({ maxBodyBytes: 5 })))._tag, "InvalidResponse")
    }).pipe(Effect.provide(over(wire, { maxBodyBytes: 10 })))
  })
})
