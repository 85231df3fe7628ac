/**
 * A server-side rate limit: a token bucket. While the bucket is empty, requests get a 429, which
 * `internal/injectFault.ts` makes with its `Retry-After`.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

/**
 * The limit in requests per second.
 *
 * @since 0.1.0
 * @category models
 */
export interface Limit {
  readonly perSecond: number
  /** The capacity of the bucket: the number of requests that may arrive at once. */
  readonly burst: number
}

/**
 * @since 0.1.0
 * @category models
 */
export interface ThrottleService {
  /** Replaces the limit. */
  readonly set: (limit: Limit) => Effect.Effect<void>
  readonly clear: Effect.Effect<void>
  /** Takes a token, or returns how long until the next one is available. */
  readonly tryAcquire: Effect.Effect<Option.Option<Duration.Duration>>
}

/**
 * @since 0.1.0
 * @category services
 */
export class Throttle extends Context.Tag("@effect-glowmarkt/simulator/Throttle")<Throttle, ThrottleService>() {}

/**
 * Makes a throttle with an optional initial limit. The throttle uses Effect's clock.
 *
 * @example
 * ```ts
 * import { Throttle } from "@effect-glowmarkt/simulator"
 * import { Option } from "effect"
 *
 * const throttle = Throttle.make(Option.some({ perSecond: 100, burst: 25 }))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (initial: Option.Option<Limit>): ThrottleService => {
  let limit = initial
  let tokens = Option.match(initial, { onNone: () => 0, onSome: ({ burst }) => burst })
  let refilledAt: number | undefined

  const take = ({ burst, perSecond }: Limit, now: number): Option.Option<Duration.Duration> => {
    tokens = Math.min(burst, tokens + ((now - (refilledAt ?? now)) / 1000) * perSecond)
    refilledAt = now
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
        refilledAt = undefined
      }),
    clear: Effect.sync(() => {
      limit = Option.none()
    }),
    tryAcquire: Effect.suspend(() =>
      Option.match(limit, {
        onNone: () => Effect.succeedNone,
        onSome: (current) => Effect.map(Clock.currentTimeMillis, (now) => take(current, now))
      })
    )
  }
}
