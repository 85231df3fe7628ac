import { assert, describe, it } from "@effect/vitest"
import { Duration, FastCheck, Option } from "effect"
import { Rate } from "../src/index.js"

const second = Option.some(Duration.seconds(1))

/** A provider that grants `perSecond` and a burst, against one caller that follows the rate. No clock but `t`. */
const against = (provider: { perSecond: number; burst: number; lift?: number }, seconds: number, cap?: Rate.Rate) => {
  let learned = Rate.make(cap, 0)
  let tokens = provider.burst
  let filledAt = 0
  let slot = 0
  const answered: Array<number> = []
  const refused: Array<number> = []
  for (let t = 0; t < seconds * 1000; t++) {
    const granted = t >= (provider.lift ?? Number.POSITIVE_INFINITY) ? 1e9 : provider.perSecond
    while (slot <= t && learned.resumesAtMillis <= t) {
      slot = Math.max(slot, t - 5) + Math.max(0.2, 1000 / Rate.perSecond(learned, t))
      tokens = Math.min(provider.burst, tokens + ((t - filledAt) / 1000) * granted)
      filledAt = t
      if (tokens >= 1) {
        tokens--
        answered.push(t)
        learned = Rate.answered(learned, t)
      } else {
        refused.push(t)
        learned = Rate.refused(learned, { beganMillis: t, endedMillis: t }, second)
      }
    }
  }
  const during = (times: ReadonlyArray<number>, from: number) => times.filter((t) => t >= from * 1000).length
  return { learned, answered, refused, during }
}

describe("Rate", () => {
  it("settles within 10 % of what the provider grants, with under 5 % refused", () => {
    for (const burst of [10, 20, 50, 200, 1000]) {
      const { answered, during, refused } = against({ perSecond: 200, burst }, 120)
      const good = during(answered, 30) / 90
      assert.isTrue(good >= 180 && good <= 220, `burst ${burst}: ${good} a second`)
      assert.isBelow(during(refused, 30) / during(answered, 30), 0.05)
    }
  })

  it("never exceeds what it was told, refused or not", () => {
    FastCheck.assert(
      FastCheck.property(
        FastCheck.array(FastCheck.tuple(FastCheck.boolean(), FastCheck.integer({ min: 0, max: 5000 })), {
          maxLength: 100
        }),
        FastCheck.integer({ min: 0, max: 3_600_000 }),
        (history, later) => {
          let learned = Rate.make({ limit: 50, interval: "1 second" }, 0)
          let now = 0
          for (const [ok, gap] of history) {
            const span = { beganMillis: now, endedMillis: now + gap }
            now += gap
            learned = ok ? Rate.answered(learned, now) : Rate.refused(learned, span, Option.none())
          }
          const rate = Rate.perSecond(learned, now + later)
          return rate > 0 && rate <= 50
        }
      )
    )
  })

  it("pauses for as long as it is asked, and starts below where it was refused", () => {
    let learned = Rate.make(undefined, 0)
    for (let t = 0; t < 1000; t += 2) learned = Rate.answered(learned, t)
    assert.strictEqual(Rate.perSecond(learned, 1000), Number.POSITIVE_INFINITY)
    learned = Rate.refused(learned, { beganMillis: 990, endedMillis: 1000 }, Option.some(Duration.seconds(7)))
    assert.strictEqual(learned.resumesAtMillis, 8000)
    assert.isBelow(Rate.perSecond(learned, 8000), 500)

    const { ceiling } = learned
    const late = Rate.refused(learned, { beganMillis: 995, endedMillis: 1005 }, Option.some(Duration.seconds(7)))
    assert.strictEqual(late.ceiling, ceiling)
    assert.strictEqual(late.resumesAtMillis, 8005)
  })

  it("notices that a limit was lifted", () => {
    const { learned } = against({ perSecond: 200, burst: 20, lift: 60_000 }, 200)
    assert.isAbove(Rate.perSecond(learned, 200_000), 1000)
  })
})
