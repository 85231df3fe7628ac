/**
 * How many requests may be sent in a time. Those above it wait in a queue: first come, first served.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import * as internal from "./internal/call/rateLimit.js"

/**
 * - `limit` requests in every `interval`, evenly spread.
 * - `burst`: requests that were not sent for this long can be made up for at once. A second of a
 *   limit of 200/s therefore sees at most 220 requests. Default: 100 milliseconds.
 *
 * @since 0.1.0
 * @category models
 */
export interface RateLimit {
  readonly limit: number
  readonly interval: Duration.DurationInput
  readonly burst?: Duration.DurationInput
}

/**
 * What a client asks before every request. {@link make} implements it for one process; a limit that
 * several processes share implements the same, for example on a row of a database.
 *
 * @since 0.1.0
 * @category models
 */
export interface RateLimiter {
  /**
   * Waits for a turn, but no longer than `patience`: whether it came. Interrupted, it gives up its
   * place in the queue.
   */
  readonly acquire: (patience: Duration.Duration) => Effect.Effect<boolean>
  /** A server refused a request and asked for this pause (`429`, `Retry-After`): no turns until it is over. */
  readonly throttled: (pause: Duration.Duration) => Effect.Effect<void>
}

/**
 * A limiter within one process. Schedulers can also ask without waiting.
 *
 * @since 0.1.0
 * @category models
 */
export interface LocalRateLimiter extends RateLimiter {
  /** Takes a turn if there is one now and no fiber waits for it. */
  readonly tryAcquire: () => boolean
  /** How long until there is a turn behind all that wait, in milliseconds; 0 if there is one now. */
  readonly opensInMillis: () => number
  /** Returns a turn that was taken for a request which was not sent. */
  readonly giveBack: () => void
  /** Changes the rate from now on; also for those that wait. */
  readonly setPerSecond: (perSecond: number) => void
  /** No turns for this long: {@link RateLimiter.throttled} without an effect. */
  readonly pause: (millis: number) => void
}

/**
 * A token bucket with a queue. However many fibers wait, there is one timer.
 *
 * Dies if `limit` or `interval` is not positive.
 *
 * @example
 * import { RateLimit } from "@effect-glowmarkt/core"
 * import { Duration, Effect } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const limiter = yield* RateLimit.make({ limit: 180, interval: "1 second" })
 *   const isMyTurn = yield* limiter.acquire(Duration.seconds(30))
 *   yield* Effect.log(isMyTurn ? "go" : "too late")
 * })
 *
 * @since 0.1.0
 * @category constructors
 */
export const make: (rateLimit: RateLimit) => Effect.Effect<LocalRateLimiter> = internal.make
