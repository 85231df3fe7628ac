/**
 * Controls how many requests a run sends per second: at most its limit, and fewer if the provider
 * responds with 429.
 *
 * After a refusal, the rate falls halfway to the requests admitted per second since the last
 * refusal. Over a short time that measurement is too low, because of latency and of the pause that
 * the provider asks for; over a long time it is close to the provider's limit. The rate then grows
 * with the cube of the time: slowly at first, so that there are few refusals, and then quickly, so
 * that it notices when the throttle is lifted. With linear growth, a run against a limit of 200
 * requests per second reaches 176 instead of 192.
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

const leastPerSecond = 0.1

/** The rate has doubled after this time without a refusal. */
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
  rate === "unlimited" ? Number.POSITIVE_INFINITY : rate.limit / Duration.toSeconds(rate.interval)

/**
 * Returns the rate from which an unlimited run falls after its first refusal. The measurement
 * includes the provider's burst, and is far too low if the first requests are refused.
 */
const unlimitedPerSecond = (measured: number) => Math.max(limitOf(politeRate), 0.9 * measured)

export const make = Effect.fnUntraced(function* (
  rate: Rate | "unlimited" = politeRate,
  nowMillis: number
): Effect.fn.Return<RateController> {
  const max = limitOf(rate)
  const limiter = yield* RateLimit.make({ limit: max, interval: "1 second", burst })
  let estimate = Number.POSITIVE_INFINITY
  let refusedAtMillis = nowMillis
  let resumesAtMillis = nowMillis
  let admitted = 0

  const perSecond = (nowMillis: number) => {
    const growth = Math.max(0, nowMillis - resumesAtMillis) / doublingMillis
    return Math.min(max, estimate * (1 + growth ** 3))
  }

  return {
    limiter,
    answered: (requests, nowMillis) => {
      admitted += requests
      if (estimate < Number.POSITIVE_INFINITY) limiter.setPerSecond(perSecond(nowMillis))
    },
    refused: ({ beganMillis, endedMillis: now }, retryAfter) => {
      const pauseMillis = Option.match(retryAfter, { onNone: () => 0, onSome: Duration.toMillis })
      limiter.pause(pauseMillis)
      const isInformative = estimate === Number.POSITIVE_INFINITY || beganMillis > refusedAtMillis
      const current = perSecond(now)
      resumesAtMillis = Math.max(resumesAtMillis, now + pauseMillis)
      if (!isInformative) return false
      const measured = (1000 * admitted) / Math.max(1, now - refusedAtMillis)
      const previous = Number.isFinite(current) ? current : unlimitedPerSecond(measured)
      estimate = Math.max(leastPerSecond, (previous + Math.min(previous, measured)) / 2)
      refusedAtMillis = now
      admitted = 0
      limiter.setPerSecond(estimate)
      return true
    },
    resumesAtMillis: () => resumesAtMillis
  }
})
