/**
 * Limits how many subjects a run processes at a time, to a fixed number or by additive increase and
 * multiplicative decrease, like TCP's congestion window. With 64 at all times, a provider that
 * handles 20 at a time fails 100 of 3,000 subjects; with 16 at all times, a latency of 300 ms limits
 * a run to 53 requests per second. For the limit in requests per second, see `rateController.ts`.
 */
import type { Concurrency } from "../../Limits.js"

/** When an attempt at a subject began and ended. */
export interface Span {
  readonly beganMillis: number
  readonly endedMillis: number
}

export interface ConcurrencyLimit {
  /** The highest limit. */
  readonly max: number
  readonly allowed: () => number
  readonly answered: () => void
  /**
   * Reports that the provider or the connection failed. Ignored if the attempt began before the
   * last decrease.
   */
  readonly failed: (span: Span) => void
}

export const autoMax = 64

/** At the usual latency of 80 ms, this gives 200 requests per second. */
const autoStart = 16

export const make = (concurrency: Concurrency = "auto"): ConcurrencyLimit => {
  // At least one, even for 0 or `NaN`: a run without workers would never end.
  const fixed = concurrency === "auto" ? undefined : concurrency >= 1 ? Math.floor(concurrency) : 1
  const min = fixed ?? 1
  const max = fixed ?? autoMax
  let limit = fixed ?? autoStart
  let decreasedAtMillis = Number.NEGATIVE_INFINITY

  return {
    max,
    allowed: () => Math.floor(limit),
    answered: () => {
      limit = Math.min(max, limit + 1 / limit)
    },
    failed: ({ beganMillis, endedMillis }) => {
      if (beganMillis <= decreasedAtMillis) return
      limit = Math.max(min, limit / 2)
      decreasedAtMillis = endedMillis
    }
  }
}
