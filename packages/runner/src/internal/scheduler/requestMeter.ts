/** Counts the requests of one subject, and lets each wait for its turn. */
import type * as RateLimit from "@effect-glowmarkt/core/RateLimit"
import * as Effect from "effect/Effect"

export interface RequestMeter {
  readonly sent: () => number
  /** For `CallOptions.turn`. */
  readonly turn: RateLimit.RateLimiter
}

const granted = Effect.succeed(true)

/** The first turn was taken when the work on the subject began. */
export const make = (limiter: RateLimit.RateLimiter): RequestMeter => {
  let sent = 0
  return {
    sent: () => sent,
    turn: {
      acquire: (patience) =>
        Effect.suspend(() => {
          sent++
          return sent === 1 ? granted : limiter.acquire(patience)
        }),
      // The rate controller learns of refusals from the failures of steps.
      throttled: () => Effect.void
    }
  }
}
