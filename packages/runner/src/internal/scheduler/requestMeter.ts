/** Counts the requests of one subject's step, and lets each wait for its turn. */
import type * as RateLimit from "@effect-glowmarkt/core/RateLimit"
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Span } from "../../Concurrency.js"
import * as monotonicClock from "./monotonicClock.js"
import type { RateController } from "./rateController.js"

export interface RequestMeter {
  /** Of requests that were sent, or are known to be. */
  sent: number
  /** To be asked before each request. */
  readonly turn: RateLimit.RateLimiter
  /** The time that one request took, the last one, as far as can be told: waiting for turns is not the provider's. */
  readonly span: () => Span
}

/** What is waited for by all: a subject that waits for a turn is nobody the provider works for. */
export interface Queue {
  waiting: number
}

const granted = Effect.succeed(true)

/** The first turn was taken when the subject was begun. */
export const make = (pacer: RateController, queue: Queue, clock: Clock.Clock, beganMillis: number): RequestMeter => {
  let waitedMillis = 0

  const wait = (untilMillis: number, nowMillis: number, patienceMillis: number) => {
    queue.waiting++
    const waitMillis = Math.ceil(untilMillis - nowMillis)
    return Effect.ensuring(
      Effect.as(Effect.sleep(Math.min(waitMillis, patienceMillis)), waitMillis <= patienceMillis),
      Effect.sync(() => {
        queue.waiting--
        waitedMillis += monotonicClock.millis(clock) - nowMillis
      })
    )
  }

  const meter: RequestMeter = {
    sent: 0,
    turn: {
      acquire: (patience) =>
        Effect.suspend(() => {
          const first = meter.sent === 0
          meter.sent++
          if (first) return granted
          const now = monotonicClock.millis(clock)
          const turn = pacer.take(now)
          return turn <= now ? granted : wait(turn, now, Duration.toMillis(patience))
        }),
      // The judge of the run learns the rate from refusals.
      throttled: () => Effect.void
    },
    span: () => {
      const endedMillis = monotonicClock.millis(clock)
      const worked = Math.max(0, endedMillis - beganMillis - waitedMillis)
      return { beganMillis: endedMillis - worked / Math.max(1, meter.sent), endedMillis }
    }
  }
  return meter
}
