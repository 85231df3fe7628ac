/**
 * A token bucket as a pure state machine: every request takes a token, and tokens are refilled at a
 * steady rate up to the size of a burst. `RateLimit` adds the queue.
 *
 * Times are milliseconds of any monotonic clock.
 *
 * @since 0.1.0
 */

/**
 * - `perSecond`: tokens refilled per second.
 * - `burstMillis`: the capacity as a refill time. The capacity is at least one token.
 * - `tokens`: the number of tokens at `atMillis`. During a pause, `atMillis` is the end of the
 *   pause.
 *
 * @since 0.1.0
 * @category models
 */
export interface TokenBucket {
  readonly perSecond: number
  readonly burstMillis: number
  readonly tokens: number
  readonly atMillis: number
}

/**
 * The highest rate, which keeps the arithmetic finite. In practice, one request per microsecond is
 * unlimited.
 */
const maxPerSecond = 1e6

const capacity = (perSecond: number, burstMillis: number) => Math.max(1, (perSecond * burstMillis) / 1000)

/**
 * Makes a full bucket. `perSecond` must be positive. With `Infinity` only pauses limit requests.
 *
 * @example
 * ```ts
 * import { TokenBucket } from "@effect-glowmarkt/core"
 *
 * const bucket = TokenBucket.make(180, 100, performance.now())
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (perSecond: number, burstMillis: number, nowMillis: number): TokenBucket => {
  const rate = Math.min(perSecond, maxPerSecond)
  return { perSecond: rate, burstMillis, tokens: capacity(rate, burstMillis), atMillis: nowMillis }
}

const refilled = (bucket: TokenBucket, nowMillis: number): TokenBucket => {
  const { atMillis, burstMillis, perSecond, tokens } = bucket
  if (nowMillis <= atMillis) return bucket
  const refill = ((nowMillis - atMillis) * perSecond) / 1000
  return {
    perSecond,
    burstMillis,
    tokens: Math.min(capacity(perSecond, burstMillis), tokens + refill),
    atMillis: nowMillis
  }
}

/**
 * Returns the time at which the next token is available.
 *
 * @example
 * ```ts
 * import { TokenBucket } from "@effect-glowmarkt/core"
 *
 * const wait = (bucket: TokenBucket.TokenBucket) =>
 *   Math.max(0, TokenBucket.availableAtMillis(bucket) - performance.now())
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const availableAtMillis = ({ atMillis, perSecond, tokens }: TokenBucket): number =>
  atMillis + (Math.max(0, 1 - tokens) * 1000) / perSecond

/**
 * Takes a token. Before {@link availableAtMillis} this borrows from the future, which delays later
 * requests.
 *
 * @example
 * ```ts
 * import { TokenBucket } from "@effect-glowmarkt/core"
 *
 * const now = performance.now()
 * const afterOneRequest = TokenBucket.take(TokenBucket.make(180, 100, now), now)
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const take = (bucket: TokenBucket, nowMillis: number): TokenBucket => {
  const { atMillis, burstMillis, perSecond, tokens } = refilled(bucket, nowMillis)
  return { perSecond, burstMillis, tokens: tokens - 1, atMillis }
}

/**
 * Puts back the token of a request that was not sent.
 *
 * @example
 * ```ts
 * import { TokenBucket } from "@effect-glowmarkt/core"
 *
 * const afterCancel = (bucket: TokenBucket.TokenBucket) => TokenBucket.refund(bucket)
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const refund = (bucket: TokenBucket): TokenBucket => ({
  ...bucket,
  tokens: Math.min(capacity(bucket.perSecond, bucket.burstMillis), bucket.tokens + 1)
})

/**
 * Changes the refill rate from now on and keeps the tokens.
 *
 * @example
 * ```ts
 * import { TokenBucket } from "@effect-glowmarkt/core"
 *
 * const halved = (bucket: TokenBucket.TokenBucket) =>
 *   TokenBucket.withRate(bucket, bucket.perSecond / 2, performance.now())
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const withRate = (bucket: TokenBucket, perSecond: number, nowMillis: number): TokenBucket => {
  const rate = Math.min(perSecond, maxPerSecond)
  const { atMillis, burstMillis, tokens } = refilled(bucket, nowMillis)
  return { perSecond: rate, burstMillis, tokens: Math.min(capacity(rate, burstMillis), tokens), atMillis }
}

/**
 * Withholds all tokens until `untilMillis`. At most one token is available at that time, so that
 * the pause does not end with a burst.
 *
 * @example
 * ```ts
 * import { TokenBucket } from "@effect-glowmarkt/core"
 *
 * const paused = (bucket: TokenBucket.TokenBucket) =>
 *   TokenBucket.pausedUntil(bucket, performance.now() + 2000, performance.now())
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const pausedUntil = (bucket: TokenBucket, untilMillis: number, nowMillis: number): TokenBucket => {
  if (untilMillis <= Math.max(nowMillis, bucket.atMillis)) return bucket
  const { burstMillis, perSecond, tokens } = refilled(bucket, nowMillis)
  return { perSecond, burstMillis, tokens: Math.min(1, tokens), atMillis: untilMillis }
}
