/**
 * The limits of a run, from its options.
 *
 * @since 0.1.0
 */
import * as Limits from "@effect-glowmarkt/runner/Limits"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import type { LimitFlags } from "../args/RunFlags.js"

/**
 * @since 0.1.0
 * @category constructors
 */
export const fromFlags = ({
  concurrency,
  patience,
  rate
}: LimitFlags): Pick<Limits.Limits, "concurrency" | "rate" | "maxOutage"> => ({
  concurrency: Option.getOrUndefined(concurrency),
  rate: Option.getOrUndefined(
    Option.map(rate, (rate) => (rate === "unlimited" ? rate : { limit: rate, interval: "1 second" }))
  ),
  maxOutage: Option.getOrUndefined(Option.map(patience, Duration.minutes))
})

/**
 * Returns how long the run waits for an unreachable server.
 *
 * @since 0.1.0
 * @category constructors
 */
export const maxOutageOf = ({ patience }: Pick<LimitFlags, "patience">): Duration.Duration =>
  Option.match(patience, { onNone: () => Limits.defaultMaxOutage, onSome: Duration.minutes })

/**
 * Returns the limits for this many subjects. If every subject of a small run is denied, the
 * credentials are wrong, so the limit of denials is at most the number of subjects.
 *
 * @since 0.1.0
 * @category constructors
 */
export const forSubjects = (
  flags: LimitFlags,
  subjects: number
): Pick<Limits.Limits, "concurrency" | "rate" | "maxOutage" | "deniedLimit"> => ({
  ...fromFlags(flags),
  deniedLimit: Math.max(1, Math.min(Limits.defaultDeniedLimit, subjects))
})
