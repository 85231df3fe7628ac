import { assert, describe, it } from "@effect/vitest"
import { AdminAccounts, CallOptions, GlowmarktClient, RateLimit, RetryPolicy } from "@effect-glowmarkt/core"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import * as Callers from "./support/Callers.js"
import * as Wire from "./support/Wire.js"

const patient = Duration.hours(1)

/** Starts waiting fibers in the order of their indices and records when each is admitted. */
const waiting = (limiter: RateLimit.RateLimiter, count: number) =>
  Effect.gen(function* () {
    const turns: Array<{ readonly index: number; readonly atMillis: number }> = []
    const fibers = yield* Effect.forEach(
      Array.from({ length: count }, (_, index) => index),
      (index) =>
        limiter.acquire(patient).pipe(
          Effect.zipRight(Clock.currentTimeMillis),
          Effect.map((atMillis) => turns.push({ index, atMillis })),
          Effect.fork
        )
    )
    yield* Effect.yieldNow()
    return { turns, fibers }
  })

const indices = (turns: ReadonlyArray<{ readonly index: number }>) => turns.map(({ index }) => index)

describe("RateLimit", () => {
  it.effect("admits waiting fibers evenly in the order of their arrival", () =>
    Effect.gen(function* () {
      const limiter = yield* RateLimit.make({ limit: 180, interval: "1 second" })
      const { turns } = yield* waiting(limiter, 400)
      assert.lengthOf(turns, 18)
      yield* TestClock.adjust("1 second")
      // 18 at the start, then nine at a time.
      assert.isAtLeast(turns.length, 189)
      assert.isAtMost(turns.length, 198)
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(
        indices(turns),
        Array.from({ length: 400 }, (_, index) => index)
      )
      const last = turns.at(-1)?.atMillis ?? Number.NaN
      assert.isAtLeast(last, ((400 - 18) / 180) * 1000)
      assert.isAtMost(last, (400 / 180) * 1000)
    })
  )

  it.effect("saves up no more than a burst", () =>
    Effect.gen(function* () {
      const limiter = yield* RateLimit.make({ limit: 20, interval: "1 second", burst: "200 millis" })
      yield* TestClock.adjust("1 hour")
      const { turns } = yield* waiting(limiter, 10)
      assert.lengthOf(turns, 4)
    })
  )

  it.effect("gives the place of an interrupted fiber to the next one", () =>
    Effect.gen(function* () {
      const limiter = yield* RateLimit.make({ limit: 1, interval: "1 second" })
      const { fibers, turns } = yield* waiting(limiter, 6)
      // At the front, in the middle and at the end of the queue.
      for (const index of [1, 3, 5]) yield* Fiber.interrupt(fibers[index] ?? Fiber.succeed(0))
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(turns, [
        { index: 0, atMillis: 0 },
        { index: 2, atMillis: 1000 },
        { index: 4, atMillis: 2000 }
      ])
      assert.strictEqual(limiter.availableInMillis(), 1000)
    })
  )

  it.effect("refunds the slot of a fiber that was interrupted after it was admitted", () =>
    Effect.gen(function* () {
      const limiter = yield* RateLimit.make({ limit: 1, interval: "1 second" })
      const { fibers } = yield* waiting(limiter, 2)
      // Both in one step: the fiber is interrupted and has been admitted when it handles the
      // interruption.
      yield* Effect.sync(() => {
        fibers[1]?.unsafeInterruptAsFork(fibers[1].id())
        limiter.refund()
      })
      assert.isTrue(Exit.isInterrupted(yield* Fiber.await(fibers[1] ?? Fiber.succeed(0))))
      assert.isTrue(limiter.tryAcquire())
    })
  )

  it.effect("refuses only the fibers whose maximum wait is over", () =>
    Effect.gen(function* () {
      const limiter = yield* RateLimit.make({ limit: 1, interval: "10 seconds" })
      assert.isTrue(yield* limiter.acquire(Duration.zero))
      const acquired = (patience: Duration.DurationInput) =>
        Effect.fork(Effect.timed(limiter.acquire(Duration.decode(patience))))
      const fibers = yield* Effect.all([acquired("15 seconds"), acquired("12 seconds"), acquired("30 seconds")])
      yield* TestClock.adjust("1 minute")
      const answers = yield* Effect.forEach(fibers, Fiber.join)
      assert.deepStrictEqual(
        answers.map(([took, isItsTurn]) => [Duration.toSeconds(took), isItsTurn]),
        [
          [10, true],
          [12, false],
          [20, true]
        ]
      )
    })
  )

  it.effect("admits no fiber during a pause, and then one after the other", () =>
    Effect.gen(function* () {
      const limiter = yield* RateLimit.make({ limit: 100, interval: "1 second" })
      const { turns } = yield* waiting(limiter, 20)
      assert.lengthOf(turns, 10)
      yield* limiter.throttled(Duration.seconds(3))
      yield* TestClock.adjust("2999 millis")
      assert.lengthOf(turns, 10)
      assert.isFalse(limiter.tryAcquire())
      yield* TestClock.adjust("1 millis")
      assert.isAtMost(turns.length, 11)
      yield* TestClock.adjust("1 second")
      assert.lengthOf(turns, 20)
    })
  )

  it.effect("applies a new rate to waiting fibers at once", () =>
    Effect.gen(function* () {
      const limiter = yield* RateLimit.make({ limit: 1, interval: "1 hour" })
      const { turns } = yield* waiting(limiter, 11)
      yield* TestClock.adjust("1 second")
      assert.lengthOf(turns, 1)
      limiter.setPerSecond(5)
      yield* TestClock.adjust("1 second")
      assert.lengthOf(turns, 6)
      limiter.setPerSecond(1)
      yield* TestClock.adjust("2 seconds")
      assert.lengthOf(turns, 8)
    })
  )

  it.effect("tells a scheduler when the next slot behind the queue is available", () =>
    Effect.gen(function* () {
      const limiter = yield* RateLimit.make({ limit: 2, interval: "1 second" })
      assert.strictEqual(limiter.availableInMillis(), 0)
      assert.isTrue(limiter.tryAcquire())
      assert.isFalse(limiter.tryAcquire())
      assert.strictEqual(limiter.availableInMillis(), 500)
      yield* waiting(limiter, 3)
      assert.strictEqual(limiter.availableInMillis(), 2000)
      yield* TestClock.adjust("1500 millis")
      // All waiting fibers have been admitted, and there is no token yet.
      assert.isFalse(limiter.tryAcquire())
      yield* TestClock.adjust("500 millis")
      assert.isTrue(limiter.tryAcquire())
    })
  )

  it.effect("does not admit a scheduler before waiting fibers", () =>
    Effect.gen(function* () {
      const limiter = yield* RateLimit.make({ limit: 1, interval: "1 second" })
      yield* waiting(limiter, 2)
      limiter.refund()
      limiter.refund()
      assert.isTrue(limiter.tryAcquire())
      yield* waiting(limiter, 1)
      assert.isFalse(limiter.tryAcquire())
    })
  )

  it.effect("leaves no timer running", () =>
    Effect.gen(function* () {
      const limiter = yield* RateLimit.make({ limit: 1, interval: "1 hour" })
      const { fibers } = yield* waiting(limiter, 3)
      assert.lengthOf(Array.from(yield* TestClock.sleeps()), 1)
      yield* Fiber.interruptAll(fibers)
      yield* TestClock.adjust("2 hours")
      assert.lengthOf(Array.from(yield* TestClock.sleeps()), 0)
      assert.isTrue(limiter.tryAcquire())
    })
  )

  it.effect("dies for an invalid limit", () =>
    Effect.gen(function* () {
      for (const rateLimit of [
        { limit: 0, interval: "1 second" },
        { limit: -1, interval: "1 second" },
        { limit: Number.NaN, interval: "1 second" },
        { limit: 10, interval: 0 },
        { limit: 10, interval: Duration.infinity }
      ] as const) {
        const exit = yield* Effect.exit(RateLimit.make(rateLimit))
        assert.include(String(exit), "is not a rate limit: expected a number and a time above zero")
      }
    })
  )
})

describe("the rate limiter of a client", () => {
  const over = (wire: ReturnType<typeof Wire.make>, rateLimit: RateLimit.RateLimit) =>
    AdminAccounts.layer.pipe(
      Layer.provide(Callers.admin.appKeys),
      Layer.provide(GlowmarktClient.layer({ baseUrl: Callers.baseUrl, rateLimit })),
      Layer.provide(wire.layer)
    )

  it.effect("pauses all calls when the server sends Retry-After to one of them", () => {
    const wire = Wire.make((_, index) =>
      index === 0 ? { status: 429, headers: { "retry-after": "20" } } : Wire.json([])
    )
    return Effect.gen(function* () {
      const { list } = yield* AdminAccounts.AdminAccounts
      const calls = yield* Effect.fork(Effect.forEach(Array.from({ length: 5 }), () => list, { concurrency: 5 }))
      yield* TestClock.adjust("19 seconds")
      assert.lengthOf(wire.seen, 1)
      yield* TestClock.adjust("6 seconds")
      yield* Fiber.join(calls)
      assert.lengthOf(wire.seen, 6)
    }).pipe(Effect.provide(over(wire, { limit: 1, interval: "1 second" })))
  })

  it.effect("is told of a refusal and its Retry-After even if the call is not retried", () => {
    const pauses: Array<number> = []
    const rateLimiter: RateLimit.RateLimiter = {
      acquire: () => Effect.succeed(true),
      throttled: (pause) => Effect.sync(() => pauses.push(Duration.toMillis(pause)))
    }
    const wire = Wire.make((_, index) => ({ status: 429, headers: index === 0 ? { "retry-after": "20" } : {} }))
    return Effect.gen(function* () {
      const { list } = yield* AdminAccounts.AdminAccounts
      const call = CallOptions.locally(Effect.flip(list), { rateLimiter, retry: RetryPolicy.none })
      assert.strictEqual((yield* call)._tag, "RateLimited")
      yield* call
      assert.deepStrictEqual(pauses, [20_000, 0])
    }).pipe(Effect.provide(over(wire, { limit: 100, interval: "1 second" })))
  })
})
