/** The types of `PlannedFlow`. */
import type * as Codec from "@effect-glowmarkt/core/Codec"
import type { CallError } from "@effect-glowmarkt/core/GlowmarktError"
import type * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import type { Refused } from "../../Converge.js"
import type * as CsvInput from "../../CsvInput.js"
import type { Limits } from "../../Limits.js"
import type { Target } from "../../Plan.js"
import type { RunId } from "../../Run.js"

/**
 * What a step's error must provide for reports.
 *
 * @since 0.1.0
 * @category models
 */
export interface StepError {
  readonly _tag: string
  readonly message: string
  readonly mayHaveBeenApplied?: boolean
  /** The failed call, if the error wraps one. The run then retries by the rules for that call. */
  readonly failure?: CallError
}

/**
 * The wanted state of a subject, its current state, and its state when the plan was made.
 *
 * @since 0.1.0
 * @category models
 */
export interface Subject<Wanted, Read> {
  readonly wanted: Wanted
  readonly read: Read
  readonly planned: Read
}

/**
 * A planned flow, as `PlannedFlow.make` returns it.
 *
 * @since 0.1.0
 * @category models
 */
export interface PlannedFlow<Parameters extends object, Wanted, Read, E extends StepError, R> {
  readonly name: string
  /** The expected CSV columns. */
  readonly input: CsvInput.Definition<Wanted>
  readonly parameters: Codec.Codec<Parameters>
  readonly wanted: Codec.Codec<Wanted>
  readonly state: Codec.Codec<Read>
  /** Reads a subject. */
  readonly read: (wanted: Wanted, parameters: Parameters) => Effect.Effect<Read, E | Refused, R>
  /** Returns the application of the account that was read. */
  readonly applicationOf: (read: Read) => string | null | undefined
  /** Returns whether there is nothing to do. */
  readonly isSatisfied: (read: Read, wanted: Wanted) => boolean
  /**
   * Returns whether this run left the state half changed because it was interrupted between two
   * writes.
   */
  readonly isPartial: (subject: Subject<Wanted, Read>) => boolean
  /** Makes the change and returns the state that it read to verify it. */
  readonly write: (subject: Subject<Wanted, Read>, parameters: Parameters) => Effect.Effect<Read, StepError, R>
  /** Describes the change in words. */
  readonly describe: (read: Read, wanted: Wanted) => string
  /** What `describe` returned in earlier versions, whose plans can still be applied. */
  readonly earlierDescriptions: ReadonlyArray<(read: Read, wanted: Wanted) => string>
}

/**
 * A flow whose runs can be undone. `revert` returns the row that restores a subject, or the reason
 * it cannot: `planned` is the state the plan read, `read` the state the run left.
 *
 * @since 0.1.0
 * @category models
 */
export interface Undoable<Parameters extends object, Wanted, Read, E extends StepError, R>
  extends PlannedFlow<Parameters, Wanted, Read, E, R> {
  /** Returns the row that restores a subject, or the reason why it cannot be restored. */
  readonly revert: (subject: Subject<Wanted, Read>) => Either.Either<Wanted, string>
}

/**
 * Options for planning. An `Input` of `CsvInput` can be passed as it is. `invalid` rows are listed
 * in the plan so that they are accounted for. `target` is the server and application, as far as
 * known.
 *
 * @since 0.1.0
 * @category models
 */
export interface PlanOptions<Parameters, Wanted> extends Limits {
  readonly rows: ReadonlyArray<CsvInput.Row<Wanted>>
  readonly invalid?: ReadonlyArray<CsvInput.InvalidRow> | undefined
  readonly parameters: Parameters
  readonly target?: Target | undefined
}

/**
 * Options for applying a plan. `target` is the current server and application. A plan for another
 * target, or for none, is refused. Pass a target both when planning and when applying: without one,
 * the target is not checked.
 *
 * @since 0.1.0
 * @category models
 */
export interface ApplyOptions extends Limits {
  readonly runId?: RunId | undefined
  readonly target?: Target | undefined
}

/**
 * Options for resuming a run. `target` is the current server and application. A run for another
 * target is refused.
 *
 * @since 0.1.0
 * @category models
 */
export interface ResumeOptions extends Limits {
  readonly target?: Target | undefined
}
