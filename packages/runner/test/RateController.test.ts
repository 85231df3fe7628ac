import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Option } from "effect"
import * as RateController from "../src/internal/scheduler/rateController.js"
import type { Rate } from "../src/Limits.js"
import { settable } from "./fixtures/settableClock.js"

const second = Option.some(Duration.seconds(1))

interface Provider {
  readonly perSecond: number
  readonly burst: number
  /** When it stops refusing. */
  readonly liftedAtSeconds?: number
}

/**
 * A provider with a rate and a burst, and one caller that sends whenever the controller allows it.
 */
const against = (
  { burst, liftedAtSeconds = Number.POSITIVE_INFINITY, perSecond }: Provider,
  seconds: number,
  rate: Rate | "unlimited" = "unlimited"
) => {
  const clock = settable()
  return Effect.gen(function* () {
    const controller = yield* RateController.make(rate, 0)
    const answered: Array<number> = []
    const refused: Array<number> = []
    let tokens = burst
    let filledAt = 0
    for (let now = 0; now < seconds * 1000; now++) {
      clock.set(now)
      // At most five requests per millisecond.
      for (let sent = 0; sent < 5 && controller.limiter.tryAcquire(); sent++) {
        tokens = Math.min(burst, tokens + ((now - filledAt) / 1000) * perSecond)
        filledAt = now
        if (tokens >= 1 || now >= liftedAtSeconds * 1000) {
          tokens--
          answered.push(now)
          controller.answered(1, now)
        } else {
          refused.push(now)
          controller.refused({ beganMillis: now, endedMillis: now }, second)
        }
      }
    }
    const since = (times: ReadonlyArray<number>, from: number) => times.filter((at) => at >= from * 1000).length
    return { controller, answered, refused, since }
  }).pipe(Effect.withClock(clock.clock))
}

describe("RateController", () => {
  it.live.each([10, 20, 50, 200, 1000])(
    "settles within 10 % of the provider's limit, with under 5 % refused (burst %i)",
    (burst) =>
      Effect.gen(function* () {
        const { answered, refused, since } = yield* against({ perSecond: 200, burst }, 120)
        const good = since(answered, 30) / 90
        assert.isTrue(good >= 180 && good <= 220, `${good} a second`)
        assert.isBelow(since(refused, 30) / since(answered, 30), 0.05)
      })
  )

  it.live("never exceeds its limit, refused or not", () =>
    Effect.gen(function* () {
      const limit = { limit: 50, interval: "1 second" } as const
      for (const perSecond of [20, 45, 1000]) {
        const { answered, refused } = yield* against({ perSecond, burst: 5, liftedAtSeconds: 60 }, 300, limit)
        const all = [...answered, ...refused].sort((a, b) => a - b)
        // One second's requests, and those made up for when timers are late.
        for (const [i, at] of all.entries()) {
          assert.isAtLeast((all[i + 51] ?? Number.POSITIVE_INFINITY) - at, 1000)
        }
      }
    })
  )

  it.live("pauses for as long as the provider asks, and continues at a lower rate", () => {
    const clock = settable()
    return Effect.gen(function* () {
      const controller = yield* RateController.make("unlimited", 0)
      for (let now = 0; now < 1000; now += 2) controller.answered(1, now)
      clock.set(1000)
      assert.isTrue(controller.limiter.tryAcquire())
      assert.isTrue(controller.refused({ beganMillis: 990, endedMillis: 1000 }, Option.some(Duration.seconds(7))))
      assert.strictEqual(controller.resumesAtMillis(), 8000)
      clock.set(7999)
      assert.isFalse(controller.limiter.tryAcquire())
      clock.set(8000)
      assert.isTrue(controller.limiter.tryAcquire())
      assert.isAbove(controller.limiter.availableInMillis(), 1000 / 500)
    }).pipe(Effect.withClock(clock.clock))
  })

  it.live("a refusal of an earlier request prolongs the pause but does not change the rate", () => {
    const clock = settable()
    return Effect.gen(function* () {
      const controller = yield* RateController.make("unlimited", 0)
      for (let now = 0; now < 1000; now += 2) controller.answered(1, now)
      clock.set(1000)
      controller.refused({ beganMillis: 990, endedMillis: 1000 }, Option.some(Duration.seconds(7)))
      clock.set(1005)
      assert.isFalse(controller.refused({ beganMillis: 995, endedMillis: 1005 }, Option.some(Duration.seconds(7))))
      assert.strictEqual(controller.resumesAtMillis(), 8005)
      assert.isTrue(controller.refused({ beganMillis: 8006, endedMillis: 8010 }, Option.none()))
    }).pipe(Effect.withClock(clock.clock))
  })

  it.live("notices when a throttle is lifted", () =>
    Effect.gen(function* () {
      const { answered, since } = yield* against({ perSecond: 200, burst: 20, liftedAtSeconds: 60 }, 200)
      assert.isAbove(since(answered, 199), 1000)
    })
  )
})
