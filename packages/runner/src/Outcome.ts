/**
 * How one subject of a run ended.
 *
 * Every subject has exactly one outcome at any time, so the four counts of a
 * run always add up to its subjects: nothing is left out silently.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

/**
 * What a step can report: `done` (the wanted end was reached), `skipped` (there was
 * nothing to do, or doing it was no longer right) or `failed` (it was tried,
 * and the result says why not).
 *
 * @since 0.1.0
 * @category schemas
 */
export const Settled = Schema.Literal("done", "skipped", "failed")

/**
 * @since 0.1.0
 * @category models
 */
export type Settled = typeof Settled.Type

/**
 * Any outcome: a settled one, or `unprocessed` for a subject the run has not got to yet.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Outcome = Schema.Literal(...Settled.literals, "unprocessed")

/**
 * @since 0.1.0
 * @category models
 */
export type Outcome = typeof Outcome.Type
