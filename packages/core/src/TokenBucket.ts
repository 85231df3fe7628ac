/**
 * The token bucket behind a rate limit, as a pure state machine: every request takes a token, tokens
 * come back at an even rate, and no more are saved up than a short burst needs.
 *
 * Instants are milliseconds of any clock that only goes forward. `RateLimit` puts a queue on top.
 *
 * @since 0.1.0
 */

/**
 * - `perSecond`: how many tokens come back in a second.
 * - `burstMillis`: how long unused tokens are saved up, but one token always is.
 * - `tokens`: how many there were at `atMillis`. During a pause, `atMillis` is its end.
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

/** One token per microsecond is no limit in practice, and keeps the arithmetic finite. */
const mostPerSecond = 1e6

const capacity = (perSecond: number, burstMillis: number) => Math.max(1, (perSecond * burstMillis) / 1000)

/**
 * A full bucket. `perSecond` must be positive; `Infinity` is no limit, but can still be paused.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (perSecond: number, burstMillis: number, nowMillis: number): TokenBucket => {
  const rate = Math.min(perSecond, mostPerSecond)
  return { perSecond: rate, burstMillis, tokens: capacity(rate, burstMillis), atMillis: nowMillis }
}

/** The same bucket with its tokens counted up to now. */
const refilled = (bucket: TokenBucket, nowMillis: number): TokenBucket => {
  const { atMillis, burstMillis, perSecond, tokens } = bucket
  if (nowMillis <= atMillis) return bucket
  const saved = Math.min(capacity(perSecond, burstMillis), tokens + ((nowMillis - atMillis) * perSecond) / 1000)
  return { perSecond, burstMillis, tokens: saved, atMillis: nowMillis }
}

/**
 * The instant from which the next token can be taken.
 *
 * @since 0.1.0
 * @category combinators
 */
export const opensAtMillis = ({ atMillis, perSecond, tokens }: TokenBucket): number =>
  atMillis + (Math.max(0, 1 - tokens) * 1000) / perSecond

/**
 * Takes a token, from {@link opensAtMillis} on. Taken earlier, it is a token of the future: those
 * that follow wait for it, too.
 *
 * @since 0.1.0
 * @category combinators
 */
export const take = (bucket: TokenBucket, nowMillis: number): TokenBucket => {
  const { atMillis, burstMillis, perSecond, tokens } = refilled(bucket, nowMillis)
  return { perSecond, burstMillis, tokens: tokens - 1, atMillis }
}

/**
 * Puts back a token that was taken for a request which was not sent.
 *
 * @since 0.1.0
 * @category combinators
 */
export const giveBack = (bucket: TokenBucket): TokenBucket => ({
  ...bucket,
  tokens: Math.min(capacity(bucket.perSecond, bucket.burstMillis), bucket.tokens + 1)
})

/**
 * The same tokens, refilled at another rate from now on.
 *
 * @since 0.1.0
 * @category combinators
 */
export const withRate = (bucket: TokenBucket, perSecond: number, nowMillis: number): TokenBucket => {
  const rate = Math.min(perSecond, mostPerSecond)
  const { atMillis, burstMillis, tokens } = refilled(bucket, nowMillis)
  return { perSecond: rate, burstMillis, tokens: Math.min(capacity(rate, burstMillis), tokens), atMillis }
}

/**
 * Gives no token before this instant. Then it begins with a single one: a server that asked for a
 * pause is not met with a burst.
 *
 * @since 0.1.0
 * @category combinators
 */
export const pausedUntil = (bucket: TokenBucket, untilMillis: number, nowMillis: number): TokenBucket => {
  if (untilMillis <= Math.max(nowMillis, bucket.atMillis)) return bucket
  const { burstMillis, perSecond, tokens } = refilled(bucket, nowMillis)
  return { perSecond, burstMillis, tokens: Math.min(1, tokens), atMillis: untilMillis }
}
