/**
 * Whether what fails is a subject or the provider, and what then.
 *
 * A subject that fails while others succeed is tried again a few times and given up. When one after the other
 * fails and none succeeds, it is the provider: the run stops but for a probe now and then, and subjects are
 * not blamed. When every subject that is left has failed, one that went well before is looked at once more to tell
 * the two apart; where there is none, it is an outage. Everything here is pure.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"

/**
 * - `failures`: in a row, without a success between.
 * - `firstMillis`: when the first of them was known, and `sinceMillis`: since when nothing succeeded.
 * - `probes`: how many were sent since the run waits; `undefined` while it does not wait.
 * - `nextProbeMillis`: when the next may be sent.
 *
 * @since 0.1.0
 * @category models
 */
export interface Outage {
  readonly failures: number
  readonly firstMillis: number
  readonly sinceMillis: number
  readonly probes: number | undefined
  readonly nextProbeMillis: number
}

/**
 * So many failures in a row are an outage; fewer if there are no more subjects.
 *
 * @since 0.1.0
 * @category constants
 */
export const failuresInARow = 10

/**
 * These are enough if nothing succeeded for {@link silence}: a provider that
 * does not answer at all is found out one timeout at a time.
 *
 * @since 0.1.0
 * @category constants
 */
export const failuresInSilence = 3

/**
 * @since 0.1.0
 * @category constants
 */
export const silence: Duration.Duration = Duration.seconds(20)

/**
 * How long an outage is waited for unless the run is told otherwise: 15 minutes.
 *
 * @since 0.1.0
 * @category constants
 */
export const patience: Duration.Duration = Duration.minutes(15)

const firstProbeMillis = 500
const longestProbeMillis = 15_000

/**
 * @since 0.1.0
 * @category constructors
 */
export const none: Outage = { failures: 0, firstMillis: 0, sinceMillis: 0, probes: undefined, nextProbeMillis: 0 }

/**
 * @since 0.1.0
 * @category decisions
 */
export const isWaiting = ({ probes }: Outage): boolean => probes !== undefined

/**
 * How long it lasts.
 *
 * @since 0.1.0
 * @category decisions
 */
export const lasted = ({ failures, firstMillis }: Outage, nowMillis: number): Duration.Duration =>
  failures === 0 ? Duration.zero : Duration.millis(nowMillis - firstMillis)

/**
 * After a failure, while `outstanding` subjects have no result. `sinceMillis` is when it began, or when the
 * last success was if that is later.
 *
 * @since 0.1.0
 * @category transitions
 */
export const failed = (
  outage: Outage,
  failure: { readonly nowMillis: number; readonly sinceMillis: number },
  outstanding: number
): Outage => {
  const { nowMillis } = failure
  const failures = outage.failures + 1
  const { firstMillis, sinceMillis } =
    outage.failures === 0 ? { firstMillis: nowMillis, sinceMillis: failure.sinceMillis } : outage
  const silent = nowMillis - sinceMillis >= Duration.toMillis(silence)
  const enough = Math.min(silent ? failuresInSilence : failuresInARow, outstanding)
  return isWaiting(outage) || failures < enough
    ? { ...outage, failures, firstMillis, sinceMillis }
    : { failures, firstMillis, sinceMillis, probes: 0, nextProbeMillis: nowMillis + firstProbeMillis }
}

/**
 * After a probe failed: the next one is twice as far away, at most 15 seconds.
 *
 * @since 0.1.0
 * @category transitions
 */
export const probed = (outage: Outage, nowMillis: number): Outage => {
  const probes = (outage.probes ?? 0) + 1
  const wait = Math.min(longestProbeMillis, firstProbeMillis * 2 ** probes)
  return { ...outage, failures: outage.failures + 1, probes, nextProbeMillis: nowMillis + wait }
}

/**
 * What becomes of a subject whose step failed although trying again makes sense.
 *
 * @since 0.1.0
 * @category models
 */
export type Fate = "again" | "givenUp" | "runEnds"

/**
 * How much a failure speaks against its subject, while others succeed:
 *
 * - `failed`: it alone failed. Five of these, and it is given up.
 * - `strained`: others failed in the same time. The provider may have been asked for more than it bears, by
 *   the run itself, so that twenty are needed.
 * - `refused`: for the number of requests (429), which is hardly its own fault.
 *
 * @since 0.1.0
 * @category constants
 */
export const blame = { failed: 4, strained: 1, refused: 1 }

const enoughBlame = 20

/**
 * Decides it, by the sum of the subject's {@link blame}: of failures since whose predecessor others succeeded. When patience is at
 * its end and only failing subjects are `left`, of a run in which others went well, these are given up: it may be them.
 *
 * @since 0.1.0
 * @category decisions
 */
export const fate = (
  outage: Outage,
  subject: { readonly blame: number },
  circumstances: {
    readonly nowMillis: number
    readonly patience: Duration.Duration
    readonly left: "others" | "onlyFailing"
  }
): Fate => {
  const { left, nowMillis, patience } = circumstances
  if (subject.blame >= enoughBlame) return "givenUp"
  if (!isWaiting(outage) || Duration.lessThanOrEqualTo(lasted(outage, nowMillis), patience)) return "again"
  return left === "onlyFailing" ? "givenUp" : "runEnds"
}

/**
 * How long a subject waits before it is tried again, by its {@link blame}. `random` is between 0 and 1.
 *
 * @since 0.1.0
 * @category decisions
 */
export const backoff = (blamed: number, random: number): Duration.Duration =>
  Duration.millis(500 * 2 ** Math.max(0, Math.ceil(blamed / blame.failed) - 1) * (0.5 + random))
