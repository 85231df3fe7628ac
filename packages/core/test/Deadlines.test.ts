import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as deadlines from "../src/internal/transport/deadlines.js"

describe("deadlines", () => {
  const made = Effect.acquireRelease(Effect.sync(deadlines.make), (timers) => Effect.sync(timers.close))

  it.scopedLive("a deadline beyond the longest timer does not fire", () =>
    Effect.gen(function* () {
      const warnings: Array<string> = []
      const warn = ({ name }: Error) => warnings.push(name)
      yield* Effect.acquireRelease(
        Effect.sync(() => process.on("warning", warn)),
        () => Effect.sync(() => process.off("warning", warn))
      )
      const timers = yield* made
      let expired = 0
      for (const millis of [2 ** 31 - 1, 2 ** 40, Number.POSITIVE_INFINITY]) {
        timers.add({ deadline: performance.now() + millis, expire: () => expired++ })
      }
      yield* Effect.sleep("50 millis")
      assert.strictEqual(expired, 0)
      assert.deepStrictEqual(warnings, [])
    })
  )

  it.scopedLive("fire in order, except removed ones", () =>
    Effect.gen(function* () {
      const timers = yield* made
      const order: Array<number> = []
      const over = yield* Deferred.make<void>()
      const timed = (millis: number) => ({
        deadline: performance.now() + millis,
        expire: () => {
          order.push(millis)
          if (millis === 40) Deferred.unsafeDone(over, Effect.void)
        }
      })
      const gone = timed(10)
      for (const each of [timed(2 ** 40), timed(40), gone, timed(20)]) timers.add(each)
      timers.remove(gone)
      yield* Deferred.await(over)
      assert.deepStrictEqual(order, [20, 40])
    })
  )

  it.scopedLive("one that expires can remove another that is due", () =>
    Effect.gen(function* () {
      const timers = yield* made
      const expired: Array<string> = []
      const over = yield* Deferred.make<void>()
      const deadline = performance.now() + 10
      const second = { deadline, expire: () => expired.push("second") }
      const first = {
        deadline,
        expire: () => {
          expired.push("first")
          timers.remove(second)
        }
      }
      const last = { deadline, expire: () => Deferred.unsafeDone(over, Effect.void) }
      for (const each of [first, second, last]) timers.add(each)
      yield* Deferred.await(over)
      assert.deepStrictEqual(expired, ["first"])
    })
  )
})
