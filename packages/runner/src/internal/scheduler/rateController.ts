/**
 * How many requests a run sends per second: at most its limit, and less where the provider refuses
 * (429).
 *
 * A throttled provider admits between two refusals just what it grants in that time, give or take
 * what it saves up while the run pauses. From this the controller estimates the grant, begins a
 * little below, and goes faster with the cube of the time since: hardly at first, so that refusals
 * are few, and then quickly, so that it notices when a throttle is lifted.
 */
import * as RateLimit from "@effect-glowmarkt/core/RateLimit"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { politeRate, type Rate } from "../../Limits.js"
import type { Span } from "./concurrencyLimit.js"

// Timers are late, on a busy machine by some milliseconds: missed requests are made up for, but not
// in a great burst.
const burst = "20 millis"

const shortestPauseMillis = 250
const shortestMeasureMillis = 2_000
const leastPerSecond = 0.1

/** At exactly what the provider grants, refusals would never end. */
const safetyMargin = 0.99

/** After this time without a refusal the rate has doubled, when the estimate is certain. */
const doublingMillis = 50_000

export interface RateController {
  readonly limiter: RateLimit.LocalRateLimiter
  /** Requests that were not refused. */
  readonly answered: (requests: number, nowMillis: number) => void
  /**
   * Returns whether it changed the rate: refusals of what was sent before the last change say
   * nothing new.
   */
  readonly refused: (span: Span, retryAfter: Option.Option<Duration.Duration>) => boolean
  /** The end of the pause that the provider asked for last. */
  readonly resumesAtMillis: () => number
}

const limitOf = (rate: Rate | "unlimited"): number =>
  rate === "unlimited"
    ? Number.POSITIVE_INFINITY
    : Math.max(leastPerSecond / 100, rate.limit / Duration.toSeconds(rate.interval))

export const make = Effect.fnUntraced(function* (
  rate: Rate | "unlimited" = politeRate,
  nowMillis: number
): Effect.fn.Return<RateController> {
  const max = limitOf(rate)
  const limiter = yield* RateLimit.make({ limit: max, interval: "1 second", burst })
  let estimate = Number.POSITIVE_INFINITY
  let growthMillis = doublingMillis
  let refusedAtMillis = nowMillis
  let resumesAtMillis = nowMillis
  let admitted = 0

  const perSecond = (nowMillis: number) => {
    const growth = Math.max(0, nowMillis - resumesAtMillis) / growthMillis
    return Math.min(max, estimate * (1 + growth ** 3))
  }

  return {
    limiter,
    answered: (requests, nowMillis) => {
      admitted += requests
      if (estimate < Number.POSITIVE_INFINITY) limiter.setPerSecond(perSecond(nowMillis))
    },
    refused: ({ beganMillis, endedMillis: now }, retryAfter) => {
      const pauseMillis = Math.max(
        shortestPauseMillis,
        Option.match(retryAfter, { onNone: () => 0, onSome: Duration.toMillis })
      )
      limiter.pause(pauseMillis)
      const activeMillis = now - Math.max(resumesAtMillis, refusedAtMillis)
      const elapsedMillis = Math.max(1, now - refusedAtMillis)
      const isInformative = estimate === Number.POSITIVE_INFINITY || beganMillis > refusedAtMillis
      const current = perSecond(now)
      resumesAtMillis = Math.max(resumesAtMillis, now + pauseMillis)
      if (!isInformative) return false
      // The grant lies between these: the provider may or may not have saved up requests during the
      // pause. The longer the pause was beside the rest, the less certain is the estimate, and the
      // faster the rate grows afterwards.
      const measured = (1000 * admitted) / Math.max(1, activeMillis)
      // Over a short time, latency makes what was measured too low.
      const isMeasured = activeMillis >= shortestMeasureMillis || current === Number.POSITIVE_INFINITY
      const high = Math.max(leastPerSecond, isMeasured ? Math.min(current, measured) : current)
      const low = Math.max(high / 4, Math.min(high, (1000 * admitted) / elapsedMillis))
      const towardsLow = (1 - Math.min(1, activeMillis / elapsedMillis)) / 2
      estimate = safetyMargin * high ** (1 - towardsLow) * low ** towardsLow
      growthMillis = doublingMillis * (low / high)
      refusedAtMillis = now
      admitted = 0
      limiter.setPerSecond(estimate)
      return true
    },
    resumesAtMillis: () => resumesAtMillis
  }
})
