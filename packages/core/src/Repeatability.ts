/**
 * Whether an operation may be sent again after its response was lost.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type { GlowmarktError } from "./GlowmarktError.js"

/**
 * - `safe`: the operation only reads.
 * - `idempotent`: the operation sets a value, so sending it again leaves the same state.
 * - `once`: sending it again may carry it out twice, or fail because it was already carried out. It
 *   is retried only if it certainly was not carried out.
 *
 * @since 0.1.0
 * @category models
 */
export type Repeatability = "safe" | "idempotent" | "once"

/**
 * The annotation that declares the repeatability of an endpoint.
 *
 * @since 0.1.0
 * @category models
 */
export class Repeat extends Context.Tag("@effect-glowmarkt/core/Repeat")<Repeat, Repeatability>() {}

/**
 * Returns whether an operation may be repeated after this error.
 *
 * `safe` and `idempotent` operations may be repeated after any transient error, `once` operations
 * only if they certainly were not carried out.
 *
 * @example
 * ```ts
 * import { type GlowmarktError, Repeatability } from "@effect-glowmarkt/core"
 *
 * const mayAddAgain = (error: GlowmarktError.GlowmarktError) => Repeatability.mayRepeat("once", error)
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const mayRepeat = (repeatability: Repeatability, error: GlowmarktError): boolean =>
  error.isTransient && (repeatability !== "once" || !error.mayHaveBeenApplied)
