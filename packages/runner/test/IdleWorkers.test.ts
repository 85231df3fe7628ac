import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, TestClock } from "effect"
import * as IdleWorkers from "../src/internal/scheduler/idleWorkers.js"

const never = Number.POSITIVE_INFINITY

/** Lets one worker wait for each of these instants, and returns which of them have continued. */
const waiting = (...untilMillis: ReadonlyArray<number>) =>
  Effect.gen(function* () {
    const idle = IdleWorkers.make()
    const resumed: Array<number> = []
    const fibers = yield* Effect.forEach(untilMillis, (until, worker) =>
      Effect.fork(Effect.map(idle.wait(until, 0), () => resumed.push(worker)))
    )
    yield* Effect.yieldNow()
    return { idle, resumed, stop: Fiber.interruptAll(fibers) }
  })

describe("IdleWorkers", () => {
  it.effect("wakes one worker at a time, and does nothing if none is waiting", () =>
    Effect.gen(function* () {
      const { idle, resumed, stop } = yield* waiting(never, never)
      for (const count of [1, 2, 2]) {
        idle.wakeOne()
        yield* Effect.yieldNow()
        assert.lengthOf(resumed, count)
      }
      yield* stop
    })
  )

  it.effect("wakes at the earliest time; workers with a later time wait to be woken", () =>
    Effect.gen(function* () {
      const { idle, resumed, stop } = yield* waiting(500, 700, 300)
      yield* TestClock.adjust(299)
      assert.deepStrictEqual(resumed, [])
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(resumed, [2])
      yield* TestClock.adjust(1000)
      assert.deepStrictEqual(resumed, [2, 0])
      idle.wakeOne()
      yield* Effect.yieldNow()
      assert.deepStrictEqual(resumed, [2, 0, 1])
      yield* stop
    })
  )

  it.effect("accepts a new time after the last one has passed", () =>
    Effect.gen(function* () {
      const idle = IdleWorkers.make()
      for (const until of [100, 200]) {
        const fiber = yield* Effect.fork(idle.wait(until, until - 100))
        yield* TestClock.adjust(100)
        yield* Fiber.join(fiber)
      }
    })
  )
})
