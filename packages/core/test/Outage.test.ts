import { assert, describe, it } from "@effect/vitest"
import {
  AdminAccounts,
  AppKeys,
  CallOptions,
  CircuitBreaker,
  GlowmarktClient,
  RetryBudget,
  RetryPolicy
} from "@effect-glowmarkt/core"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as RateLimiter from "effect/RateLimiter"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import * as Callers from "./support/Callers.js"
import * as Wire from "./support/Wire.js"

const over = (wire: ReturnType<typeof Wire.make>, options: GlowmarktClient.Options) =>
  AdminAccounts.layer.pipe(
    Layer.provide(AppKeys.layer({ key: "app", secret: Redacted.make("app-secret") })),
    Layer.provide(GlowmarktClient.layer({ baseUrl: Callers.baseUrl, ...options })),
    Layer.provide(wire.layer)
  )

const list = Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => admin.list)

describe("the shared retry budget", () => {
  it.effect("keeps an outage to 1.2 requests a call over thousands of calls", () => {
    const wire = Wire.make(() => ({ status: 503 }))
    return Effect.gen(function* () {
      yield* Effect.forEach(Array.from({ length: 3000 }), () => Effect.flip(list), { concurrency: 50, discard: true })
      assert.isAtLeast(wire.seen.length, 3000)
      assert.isAtMost(wire.seen.length, 3600)
      // No waits between the requests: how many there are does not depend on them.
    }).pipe(Effect.provide(over(wire, { retry: { ...RetryPolicy.standard, base: Duration.zero } })))
  })

  it.effect("does not stand in the way of a few failures", () => {
    const wire = Wire.make((_, index) => (index % 3 === 2 ? Wire.json([]) : { status: 503 }))
    return Effect.gen(function* () {
      const calls = yield* Effect.fork(Effect.forEach(Array.from({ length: 20 }), () => list))
      yield* TestClock.adjust("1 hour")
      yield* Fiber.join(calls)
      assert.lengthOf(wire.seen, 60)
    }).pipe(Effect.provide(over(wire, {})))
  })

  it.prop(
    "never lends more than its reserve and what came in",
    [
      FastCheck.array(FastCheck.constantFrom("call" as const, "success" as const, "withdraw" as const), {
        maxLength: 300
      }),
      FastCheck.nat(20)
    ],
    ([events, reserve]) => {
      const balance = RetryBudget.make({ reserve, perCall: 0.1 })
      let lent = 0
      let income = reserve
      for (const event of events) {
        if (event === "withdraw") lent += balance.withdraw() ? 1 : 0
        else {
          balance[event]()
          income += event === "call" ? 0.1 : 1
        }
        assert.isAtMost(lent, income + 1e-9)
      }
    }
  )
})

describe("the circuit breaker", () => {
  const options: GlowmarktClient.Options = {
    retry: RetryPolicy.none,
    circuitBreaker: { failures: 3, cooldown: Duration.seconds(10) }
  }

  it.effect("leaves a failing server alone, then looks once, and closes when it is well", () => {
    let well = false
    const wire = Wire.make(() => (well ? Wire.json([]) : { status: 500 }))
    return Effect.gen(function* () {
      yield* Effect.replicateEffect(Effect.flip(list), 3)
      const kept = yield* Effect.flip(list)
      assert.isTrue(kept._tag === "TransportError" && kept.code === "CIRCUIT_OPEN" && !kept.mayHaveBeenApplied)
      assert.lengthOf(wire.seen, 3)
      yield* TestClock.adjust("10 seconds")
      yield* Effect.flip(list)
      yield* Effect.flip(list)
      assert.lengthOf(wire.seen, 4)
      yield* TestClock.adjust("10 seconds")
      well = true
      yield* list
      yield* list
      assert.lengthOf(wire.seen, 6)
    }).pipe(Effect.provide(over(wire, options)))
  })

  it.effect("takes refused credentials for an answer", () => {
    const wire = Wire.make(() => ({ status: 401 }))
    return Effect.gen(function* () {
      yield* Effect.replicateEffect(Effect.flip(list), 10)
      assert.lengthOf(wire.seen, 10)
    }).pipe(Effect.provide(over(wire, options)))
  })

  it.effect("is off unless asked for", () => {
    const wire = Wire.make(() => ({ status: 500 }))
    return Effect.gen(function* () {
      yield* Effect.replicateEffect(Effect.flip(list), 50)
      assert.lengthOf(wire.seen, 50)
    }).pipe(Effect.provide(over(wire, { retry: RetryPolicy.none })))
  })
})

describe("the rate limit", () => {
  it.effect("is shared by all fibers, and holds for retries too", () => {
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

describe("time", () => {
  it.effect("one attempt may take the timeout, all together the total", () => {
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

  it.effect("some calls may have less, without telling the client", () => {
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

describe("options for some calls only", () => {
  const only = (options: CallOptions.Options) => CallOptions.locally(list, options)

  it.effect("a retry budget of their own, or none", () => {
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

  it.effect("a circuit of their own, or none", () => {
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

  it.scoped("a rate limit of their own, or none", () => {
    const wire = Wire.make(() => Wire.json([]))
    return Effect.gen(function* () {
      const own = yield* RateLimiter.make({ limit: 3, interval: Duration.seconds(1) })
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
      let turns = 0
      const turn: RateLimiter.RateLimiter = (task) =>
        Effect.suspend(() => {
          turns++
          return task
        })
      assert.isAtLeast(yield* took({ turn }), 5)
      assert.strictEqual(yield* took({ turn, rateLimiter: "none" }), 0)
      assert.strictEqual(turns, 12)
    }).pipe(Effect.provide(over(wire, { rateLimit: { limit: 1, interval: Duration.seconds(1) } })))
  })

  it.effect("a cap of their own, or none", () => {
    const wire = Wire.make(() => Wire.json([{ accountId: "a1" }]))
    return Effect.gen(function* () {
      const tooLarge = yield* Effect.flip(list)
      assert.isTrue(tooLarge._tag === "InvalidResponse" && tooLarge.reason === "TooLarge")
      assert.lengthOf((yield* only({ maxBodyBytes: Number.POSITIVE_INFINITY })).accounts, 1)
      assert.strictEqual((yield* Effect.flip(only({ maxBodyBytes: 5 })))._tag, "InvalidResponse")
    }).pipe(Effect.provide(over(wire, { maxBodyBytes: 10 })))
  })
})
