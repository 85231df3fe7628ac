/**
 * How hard a run works, as its options say.
 *
 * @since 0.1.0
 */
import type { Flow } from "@effect-glowmarkt/runner"
import * as Option from "effect/Option"
import type { Effort } from "./RunFlags.js"

/**
 * @since 0.1.0
 * @category constructors
 */
export const of = ({ concurrency, rate }: Effort): Pick<Flow.Pace, "concurrency" | "rate"> => ({
  concurrency: Option.getOrElse(concurrency, () => "auto" as const),
  rate: Option.getOrUndefined(
    Option.map(rate, (rate) => (rate === "unlimited" ? undefined : { limit: rate, interval: "1 second" }))
  )
})
