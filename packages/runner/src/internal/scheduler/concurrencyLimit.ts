/**
 * How many subjects a run works on at a time: a fixed number, or one found by additive increase and
 * multiplicative decrease, like TCP's congestion window. For requests per second, see
 * `rateController.ts`.
 */
import type { Concurrency } from "../../Limits.js"

/** When the work on a subject began and ended. */
export interface Span {
  readonly beganMillis: number
  readonly endedMillis: number
}

export interface ConcurrencyLimit {
  /** The most that it ever allows. */
  readonly max: number
  readonly allowed: () => number
  readonly answered: () => void
  /**
   * The provider or the connection failed. Work that began before the last decrease is no reason
   * for another.
   */
  readonly failed: (span: Span) => void
}

export const autoMax = 64

/** What comes to 200 requests a second with the usual latency of 80 ms. */
const autoStart = 16

export const make = (concurrency: Concurrency = "auto"): ConcurrencyLimit => {
  // At least one, whatever the caller asks for: a run without workers would never end.
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
