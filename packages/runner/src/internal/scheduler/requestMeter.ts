/** Counts the requests of one subject and applies the run's rate limit to each. */
import type * as RateLimit from "@effect-glowmarkt/core/RateLimit"
import * as Effect from "effect/Effect"

export interface RequestMeter {
  readonly sent: () => number
  /** The limiter to pass as `CallOptions.additionalRateLimiter`. */
  readonly limiter: RateLimit.RateLimiter
}

const granted = Effect.succeed(true)

/**
 * Makes the meter of one subject. The first request does not wait, because the scheduler took a
 * token for it when it started the subject.
 */
export const make = (limiter: RateLimit.RateLimiter): RequestMeter => {
  let sent = 0
  return {
    sent: () => sent,
    limiter: {
      acquire: (maxWait) =>
        Effect.suspend(() => {
          sent++
          return sent === 1 ? granted : limiter.acquire(maxWait)
        }),
      // Does nothing: the failures of steps tell the rate controller about refusals.
      throttled: () => Effect.void
    }
  }
}
