/**
 * How many requests a run sends in a time: at most what it was told, and less where the provider refuses.
 *
 * What a provider grants is found out from its refusals (429). Between two refusals just as
 * much was admitted as it grants in that time, give or take what it lets come at once after a rest. The rate then follows
 * the curve that TCP CUBIC uses: from a twentieth below what was found quickly up to it, long near it, and
 * ever faster beyond, so that refusals are few and a limit that was lifted is noticed. A `Retry-After`
 * is a pause: nothing is sent until it is over. Everything here is pure.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import type { Span } from "./Concurrency.js"

/**
 * At most `limit` in every `interval`, evenly spread.
 *
 * @since 0.1.0
 * @category models
 */
export interface Rate {
  readonly limit: number
  readonly interval: Duration.DurationInput
}

/**
 * 200 a second: what 16 callers at a time come to with a usual latency, and no more however fast the answers are. Runs keep to it
 * unless they are told otherwise.
 *
 * @since 0.1.0
 * @category constants
 */
export const polite: Rate = { limit: 200, interval: "1 second" }

/**
 * What is known of the rate.
 *
 * - `cap`: what the run was told, a second.
 * - `ceiling`: where the provider began to refuse, a second; infinite until it does.
 * - `plateauMillis`: how long after a refusal the rate comes to the ceiling again.
 * - `resumesAtMillis`: nothing is sent before this.
 * - `admitted`: answers since the last refusal; `recent`: those of about the last second.
 *
 * @since 0.1.0
 * @category models
 */
export interface Learned {
  readonly cap: number
  readonly ceiling: number
  readonly plateauMillis: number
  readonly refusedAtMillis: number
  readonly resumesAtMillis: number
  readonly admitted: number
  readonly recent: number
  readonly recentAtMillis: number
}

const below = 0.05
const beyond = 1
const longestPlateau = 20_000

/** Where it stays long is a little less than what was found: at exactly as much, refusals never end. */
const prudence = 0.985

const shortestPlateau = 2_000
const recentMillis = 1_000
const leastPause = Duration.millis(250)
const leastPerSecond = 0.1

/**
 * @since 0.1.0
 * @category constructors
 */
export const make = (rate: Rate | undefined, nowMillis: number): Learned => ({
  cap:
    rate === undefined
      ? Number.POSITIVE_INFINITY
      : Math.max(leastPerSecond / 100, rate.limit / Duration.toSeconds(rate.interval)),
  ceiling: Number.POSITIVE_INFINITY,
  plateauMillis: longestPlateau,
  refusedAtMillis: nowMillis,
  resumesAtMillis: nowMillis,
  admitted: 0,
  recent: 0,
  recentAtMillis: nowMillis
})

/**
 * How many a second may be sent now.
 *
 * @since 0.1.0
 * @category decisions
 */
export const perSecond = (learned: Learned, nowMillis: number): number => {
  const { cap, ceiling, plateauMillis, resumesAtMillis } = learned
  if (ceiling === Number.POSITIVE_INFINITY) return cap
  const along = (Math.max(0, nowMillis - resumesAtMillis) - plateauMillis) / plateauMillis
  return Math.min(cap, ceiling * (1 + (along < 0 ? below : beyond) * along ** 3))
}

/**
 * Whether a refusal of what was sent then is new: the others are answers to a rate that was left meanwhile.
 *
 * @since 0.1.0
 * @category decisions
 */
export const isNews = ({ ceiling, refusedAtMillis }: Learned, { beganMillis }: Span): boolean =>
  ceiling === Number.POSITIVE_INFINITY || beganMillis > refusedAtMillis

/**
 * After answers that were no refusals, one or more.
 *
 * @since 0.1.0
 * @category transitions
 */
export const answered = (learned: Learned, nowMillis: number, answers = 1): Learned => ({
  // Field by field: this is done for every answer, and a spread costs as much as all the rest.
  cap: learned.cap,
  ceiling: learned.ceiling,
  plateauMillis: learned.plateauMillis,
  refusedAtMillis: learned.refusedAtMillis,
  resumesAtMillis: learned.resumesAtMillis,
  admitted: learned.admitted + answers,
  recent: learned.recent * Math.exp((learned.recentAtMillis - nowMillis) / recentMillis) + answers,
  recentAtMillis: nowMillis
})

/**
 * After a refusal (429).
 *
 * @since 0.1.0
 * @category transitions
 */
export const refused = (learned: Learned, span: Span, retryAfter: Option.Option<Duration.Duration>): Learned => {
  const now = span.endedMillis
  const pause = Duration.toMillis(
    Duration.max(
      Option.getOrElse(retryAfter, () => leastPause),
      leastPause
    )
  )
  const resumesAtMillis = Math.max(learned.resumesAtMillis, now + pause)
  if (!isNews(learned, span)) return { ...learned, resumesAtMillis }
  const elapsed = Math.max(1, now - learned.refusedAtMillis)
  const active = Math.max(1, now - Math.max(learned.resumesAtMillis, learned.refusedAtMillis))
  const faded = learned.recent * Math.exp((learned.recentAtMillis - now) / recentMillis)
  const lately = (1000 * faded) / (recentMillis * (1 - Math.exp(-active / recentMillis)))
  // What the provider grants lies between what it admitted over all this time, pause included, and
  // what it was asked for when it refused. The shorter the pause was beside the rest, the nearer to the latter.
  const high = Math.max(leastPerSecond, Math.min(lately, perSecond(learned, now)))
  const low = Math.max(high / 4, Math.min(high, (1000 * learned.admitted) / elapsed))
  const towardsLow = Math.min(0.5, (1 - Math.min(1, active / elapsed)) ** 2)
  return {
    ...learned,
    ceiling: prudence * high ** (1 - towardsLow) * low ** towardsLow,
    plateauMillis: Math.max(shortestPlateau, longestPlateau * (low / high) ** 3),
    refusedAtMillis: now,
    resumesAtMillis,
    admitted: 0,
    recent: faded
  }
}
