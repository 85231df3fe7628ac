/**
 * Controls how many requests a run sends per second: at most its limit, and fewer if the provider
 * responds with 429.
 *
 * Between two refusals, a throttling provider admits as many requests as its limit allows in that
 * time, and it may also save up requests while the run pauses. From the number of admitted
 * requests, the controller estimates the provider's limit. It starts slightly below that limit and
 * raises the rate with the cube of the time since the refusal: slowly at first, so that there are
 * few refusals, and then quickly, so that it notices when the throttle is lifted.
 */
import * as RateLimit from "@effect-glowmarkt/core/RateLimit"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { politeRate, type Rate } from "../../Limits.js"
import type { Span } from "./concurrencyLimit.js"

// On a busy machine, timers fire some milliseconds late. The requests missed in that time are made
// up for, but only in a small burst.
const burst = "20 millis"

const shortestPauseMillis = 250
const shortestMeasureMillis = 2_000
const leastPerSecond = 0.1

/**
 * The run stays below the provider's limit by this factor, because at exactly the limit refusals
 * would never end.
 */
const safetyMargin = 0.99

/** If the estimate is certain, the rate has doubled after this time without a refusal. */
const doublingMillis = 50_000

export interface RateController {
  readonly limiter: RateLimit.LocalRateLimiter
  /** Counts requests that were not refused. */
  readonly answered: (requests: number, nowMillis: number) => void
  /**
   * Returns whether it changed the rate. Refusals of requests sent before the last change are
   * ignored.
   */
  readonly refused: (span: Span, retryAfter: Option.Option<Duration.Duration>) => boolean
  /** Returns when the latest pause that the provider asked for ends. */
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
      // The provider's limit is between `low` and `high`: it may or may not have saved up requests
      // during the pause. The larger the share of the pause, the less certain the estimate, and the
      // faster the rate grows afterwards.
      const measured = (1000 * admitted) / Math.max(1, activeMillis)
      // Over a short time, latency makes the measurement too low.
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
