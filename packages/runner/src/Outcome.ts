/**
 * The outcome of one subject.
 *
 * Every subject has exactly one outcome at any time, so the four counts of a run always add up to
 * its total.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

/**
 * The outcome of a processed subject: `done` (it is in the wanted state), `skipped` (there was
 * nothing to do, or it must not be changed) or `failed` (the result says why).
 *
 * @since 0.1.0
 * @category schemas
 */
export const FinalOutcome = Schema.Literal("done", "skipped", "failed")

/**
 * The outcome of a processed subject.
 *
 * @since 0.1.0
 * @category models
 */
export type FinalOutcome = typeof FinalOutcome.Type

/**
 * Any outcome. `unprocessed` is a subject that the run has not reached yet.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Outcome = Schema.Literal(...FinalOutcome.literals, "unprocessed")

/**
 * Any outcome.
 *
 * @since 0.1.0
 * @category models
 */
export type Outcome = typeof Outcome.Type
