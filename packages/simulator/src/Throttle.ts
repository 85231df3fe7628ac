/**
 * A limit on the rate of requests, as a provider under load enforces it: a bucket
 * of tokens that refills steadily; without a token the answer is 429.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

/**
 * @since 0.1.0
 * @category models
 */
export interface Limit {
  readonly perSecond: number
  /** How many requests may come at once after a rest. */
  readonly burst: number
}

/**
 * @since 0.1.0
 * @category models
 */
export interface ThrottleService {
  readonly set: (limit: Limit) => Effect.Effect<void>
  readonly clear: Effect.Effect<void>
  /** None when the request may pass, otherwise how long until the next one may. */
  readonly admit: Effect.Effect<Option.Option<Duration.Duration>>
}

/**
 * @since 0.1.0
 * @category services
 */
export class Throttle extends Context.Tag("@effect-glowmarkt/simulator/Throttle")<Throttle, ThrottleService>() {}

/**
 * A throttle with a limit to begin with, or none. Time is Effect's clock.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (initial: Option.Option<Limit>): ThrottleService => {
  let limit = initial
  let tokens = Option.match(initial, { onNone: () => 0, onSome: ({ burst }) => burst })
  let filled: number | undefined

  const take = ({ burst, perSecond }: Limit, now: number): Option.Option<Duration.Duration> => {
    tokens = Math.min(burst, tokens + ((now - (filled ?? now)) / 1000) * perSecond)
    filled = now
    if (tokens >= 1) {
      tokens -= 1
      return Option.none()
    }
    return Option.some(Duration.seconds((1 - tokens) / perSecond))
  }

  return {
    set: (next) =>
      Effect.sync(() => {
        limit = Option.some(next)
        tokens = next.burst
        filled = undefined
      }),
    clear: Effect.sync(() => {
      limit = Option.none()
    }),
    admit: Effect.suspend(() =>
      Option.match(limit, {
        onNone: () => Effect.succeedNone,
        onSome: (current) => Effect.map(Clock.currentTimeMillis, (now) => take(current, now))
      })
    )
  }
}
