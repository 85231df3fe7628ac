/**
 * Whether an operation may be sent a second time when the first answer was lost.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type { GlowmarktError } from "./GlowmarktError.js"

/**
 * - `safe`: reads; sending it again changes nothing.
 * - `idempotent`: sets a value that does not depend on what was there; sending it
 *   again leaves the same state.
 * - `once`: sending it again may do it twice, or be answered as if it had
 *   failed. It is repeated only if it is certain that it was not carried out.
 *
 * @since 0.1.0
 * @category models
 */
export type Repeatability = "safe" | "idempotent" | "once"

/**
 * The annotation by which an endpoint of the contract declares it.
 *
 * @since 0.1.0
 * @category models
 */
export class Repeat extends Context.Tag("@effect-glowmarkt/core/Repeat")<Repeat, Repeatability>() {}

/**
 * Whether a request may be sent again after this failure, by what is known of
 * the failure and of the operation alone.
 *
 * `safe` and `idempotent` operations can be repeated after any transient failure,
 * `once` operations only if it is certain that they were not carried out.
 *
 * @since 0.1.0
 * @category combinators
 */
export const mayRepeat = (repeatability: Repeatability, error: GlowmarktError): boolean =>
  error.isTransient && (repeatability !== "once" || !error.mayHaveBeenApplied)
