/** Counts the requests of one subject and applies the run's rate limit to each. */
import type * as RateLimit from "@effect-glowmarkt/core/RateLimit"
import * as Effect from "effect/Effect"

export interface RequestMeter {
  readonly sent: () => number
  /** For `CallOptions.additionalRateLimiter`. */
  readonly limiter: RateLimit.RateLimiter
}

const granted = Effect.succeed(true)

/** The first request does not wait: the scheduler took its token when it started the subject. */
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
      // The rate controller learns of refusals from the failures of steps.
      throttled: () => Effect.void
    }
  }
}
