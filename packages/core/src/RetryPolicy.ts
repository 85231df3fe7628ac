/**
 * When a failed request is sent again.
 *
 * Two questions decide: is the failure transient (the error knows), and may the
 * operation be repeated (its endpoint declares it)? A policy only says how
 * often and how long. All calls of a client share a `RetryBudget` on top.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import type { GlowmarktError } from "./GlowmarktError.js"
import * as Repeatability from "./Repeatability.js"

/**
 * - `retries`: how many requests may follow the first one. 0 switches retry off.
 * - `base`, `cap`: the wait before the n-th retry is random between zero and
 *   `base * 2^(n-1)`, at most `cap` (exponential backoff with full jitter).
 * - `retryAfterCap`: a wait the server asks for is granted in full up to this
 *   limit; if it asks for more, the call fails at once, so that the caller decides.
 * - `total`: what a call may take in all, signing in for it and waiting for its turn
 *   included. No retry starts later, and the attempt under way at that time is given up.
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
 * 4 retries, after random waits of at most 0.2, 0.4, 0.8 and 1.6 seconds, a
 * server's wish granted up to 30 seconds, 60 seconds in all.
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
 * No retry at all, and no limit but that of the one attempt.
 *
 * @since 0.1.0
 * @category constructors
 */
export const none: RetryPolicy = { ...standard, retries: 0, total: Duration.infinity }

/**
 * How long to wait before the next request, or nothing if there should be none.
 *
 * `random` is between 0 and 1; `attempts` counts the requests sent so far.
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
  const longest = Duration.min(policy.cap, Duration.times(policy.base, 2 ** (attempts - 1)))
  // In whole milliseconds: clocks have no finer resolution.
  const backoff = Duration.millis(Math.round(Duration.toMillis(longest) * random))
  const asked = Option.getOrElse(error.retryAfter, () => Duration.zero)
  if (Duration.greaterThan(asked, policy.retryAfterCap)) return Option.none()
  // Full jitter on top of what the server asks: all its clients received the same wait.
  const wait = Duration.sum(asked, backoff)
  return Duration.greaterThan(Duration.sum(elapsed, wait), policy.total) ? Option.none() : Option.some(wait)
}
