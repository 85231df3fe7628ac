import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import * as RequestMeter from "../src/internal/scheduler/requestMeter.js"

const counting = () => {
  const asked: Array<Duration.Duration> = []
  const meter = RequestMeter.make({
    acquire: (maxWait) =>
      Effect.sync(() => {
        asked.push(maxWait)
        return false
      }),
    throttled: () => Effect.die("The rate controller learns of refusals from the steps.")
  })
  return { asked, meter }
}

describe("RequestMeter", () => {
  it.effect("sends the first request at once, and asks the limiter for every other one", () =>
    Effect.gen(function* () {
      const { asked, meter } = counting()
      assert.isTrue(yield* meter.limiter.acquire(Duration.seconds(1)))
      assert.deepStrictEqual(asked, [])
      assert.isFalse(yield* meter.limiter.acquire(Duration.seconds(2)))
      assert.isFalse(yield* meter.limiter.acquire(Duration.seconds(3)))
      assert.deepStrictEqual(asked, [Duration.seconds(2), Duration.seconds(3)])
    })
  )

  it.effect("counts a request when it is sent, not when its effect is created", () =>
    Effect.gen(function* () {
      const { meter } = counting()
      const acquire = meter.limiter.acquire(Duration.seconds(1))
      assert.strictEqual(meter.sent(), 0)
      yield* acquire
      yield* acquire
      assert.strictEqual(meter.sent(), 2)
    })
  )

  it.effect("does not report refusals to the limiter", () =>
    Effect.gen(function* () {
      const { meter } = counting()
      yield* meter.limiter.throttled(Duration.seconds(1))
    })
  )
})
