/**
 * How often a failed request is retried, and after which waits.
 *
 * A request is retried only if its error is transient and its operation may be repeated. In
 * addition, all calls of a client share a `RetryBudget`.
 *
 * {@link delay} decides about one failure. The loop that waits and sends again is
 * `internal/call/retry.ts`.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import type { GlowmarktError } from "./GlowmarktError.js"
import * as Repeatability from "./Repeatability.js"

/**
 * - `retries`: the maximum number of retries. 0 switches them off.
 * - `base`, `cap`: exponential backoff with full jitter. The wait before the n-th retry is random
 *   between zero and `base * 2^(n-1)`, at most `cap`.
 * - `retryAfterCap`: the longest `Retry-After` to wait for. If the server asks for more, the call
 *   fails at once.
 * - `total`: the time limit of the whole call, including sign-in and waiting for the rate limit. It
 *   also ends an attempt that is still running.
 *
 * @since 0.1.0
 * @category models
 */
export interface RetryPolicy {
  readonly retries: number
  readonly base: Duration.Duration
  readonly cap: Duration.Duration
  readonly retryAfterCap: Duration.Duration
  readonly total: Duration.Duration
}

/**
 * 4 retries after random waits of at most 0.2, 0.4, 0.8 and 1.6 seconds, `Retry-After` up to 30
 * seconds, and 60 seconds in total.
 *
 * @example
 * ```ts
 * import { GlowmarktClient, RetryPolicy } from "@effect-glowmarkt/core"
 *
 * const Client = GlowmarktClient.layer({ retry: { ...RetryPolicy.standard, retries: 2 } })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const standard: RetryPolicy = {
  retries: 4,
  base: Duration.millis(200),
  cap: Duration.seconds(10),
  retryAfterCap: Duration.seconds(30),
  total: Duration.seconds(60)
}

/**
 * No retries, and no time limit beyond the timeout of the attempt.
 *
 * @example
 * ```ts
 * import { GlowmarktClient, RetryPolicy } from "@effect-glowmarkt/core"
 *
 * const Client = GlowmarktClient.layer({ retry: RetryPolicy.none })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const none: RetryPolicy = { ...standard, retries: 0, total: Duration.infinity }

/**
 * Returns the wait before the next attempt, or `None` if there should be none.
 *
 * `random` is between 0 and 1; `attempts` is the number of requests sent so far.
 *
 * @example
 * ```ts
 * import { type GlowmarktError, RetryPolicy } from "@effect-glowmarkt/core"
 * import { Duration } from "effect"
 *
 * const longestFirstWait = (error: GlowmarktError.GlowmarktError) =>
 *   RetryPolicy.delay(RetryPolicy.standard, {
 *     error,
 *     repeatability: "safe",
 *     attempts: 1,
 *     elapsed: Duration.zero,
 *     random: 1
 *   })
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const delay = (
  policy: RetryPolicy,
  failure: {
    readonly error: GlowmarktError
    readonly repeatability: Repeatability.Repeatability
    readonly attempts: number
    readonly elapsed: Duration.Duration
    readonly random: number
  }
): Option.Option<Duration.Duration> => {
  const { attempts, elapsed, error, random, repeatability } = failure
  if (attempts > policy.retries || !Repeatability.mayRepeat(repeatability, error)) return Option.none()
  const longest = Math.min(Duration.toMillis(policy.cap), Duration.toMillis(policy.base) * 2 ** (attempts - 1))
  // Timers count whole milliseconds.
  const backoff = Math.round(longest * random)
  const asked = Option.match(error.retryAfter, { onNone: () => 0, onSome: Duration.toMillis })
  if (asked > Duration.toMillis(policy.retryAfterCap)) return Option.none()
  // The server may have sent the same `Retry-After` to all its clients, so jitter is added.
  const wait = asked + backoff
  return Duration.toMillis(elapsed) + wait > Duration.toMillis(policy.total)
    ? Option.none()
    : Option.some(Duration.millis(wait))
}
