/**
 * How hard a run works, as its options say.
 *
 * @since 0.1.0
 */
import { Limits } from "@effect-glowmarkt/runner"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import type { Effort } from "../args/RunFlags.js"

/**
 * @since 0.1.0
 * @category constructors
 */
export const of = ({
  concurrency,
  patience,
  rate
}: Effort): Pick<Limits.Limits, "concurrency" | "rate" | "maxOutage"> => ({
  concurrency: Option.getOrUndefined(concurrency),
  rate: Option.getOrUndefined(
    Option.map(rate, (rate) => (rate === "unlimited" ? rate : { limit: rate, interval: "1 second" }))
  ),
  maxOutage: Option.getOrUndefined(Option.map(patience, Duration.minutes))
})

/**
 * How long an outage is waited for.
 *
 * @since 0.1.0
 * @category reading
 */
export const patienceOf = ({ patience }: Effort): Duration.Duration =>
  Option.match(patience, { onNone: () => Limits.defaultMaxOutage, onSome: Duration.minutes })

const deniedInARow = 20

/**
 * Of so many subjects. Where all of the few there are are denied, it is the credentials, and not these subjects.
 *
 * @since 0.1.0
 * @category constructors
 */
export const ofFew = (
  effort: Effort,
  subjects: number
): Pick<Limits.Limits, "concurrency" | "rate" | "maxOutage" | "deniedLimit"> => ({
  ...of(effort),
  deniedLimit: Math.max(1, Math.min(deniedInARow, subjects))
})
