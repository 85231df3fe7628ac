/** The types of `Flow`. */
import type * as Codec from "@effect-glowmarkt/core/Codec"
import type * as Stream from "effect/Stream"
import type { Limits } from "../../Limits.js"
import type { FinalOutcome, Outcome } from "../../Outcome.js"
import type { RunId } from "../../Run.js"
import type { RunContext, Step, TransientFailure } from "../../Step.js"

/**
 * A flow, as `Flow.make` returns it.
 *
 * @since 0.1.0
 * @category models
 */
export interface Flow<Parameters extends object, Subject, Result, E, R> {
  readonly name: string
  readonly defaults: Parameters
  readonly parameters: Codec.Codec<Parameters>
  readonly subject: Codec.Codec<Subject>
  readonly result: Codec.Codec<Result>
  /** Lists the subjects. */
  readonly subjects: (run: RunContext<Parameters>) => Stream.Stream<Subject, E, R>
  readonly step: Step<Subject, Result, Parameters, E | TransientFailure<Result, E>, R>
  /** Classifies a result. */
  readonly outcome: (result: Result) => FinalOutcome
  readonly retriedBy: "client" | "run"
  /**
   * Returns the number of requests that a subject takes, or `undefined` if it is not known in
   * advance.
   */
  readonly requests?: (subject: Subject) => number | undefined
  readonly read?: Step<Subject, unknown, Parameters, TransientFailure<unknown, E>, R>
}

/**
 * Options for running a flow.
 *
 * - `runId`: default is a new id. The id of an unfinished run resumes it; the id of a finished run
 *   returns it.
 * - `parameters`: omitted ones come from the resumed run, or from the flow's defaults.
 * - The rest is `Limits`.
 *
 * @since 0.1.0
 * @category models
 */
export interface RunOptions<Parameters> extends Limits {
  readonly runId?: RunId | undefined
  readonly parameters?: { readonly [K in keyof Parameters]?: Parameters[K] | undefined } | undefined
}

/**
 * Positions of subjects, from 0; `to` is excluded.
 *
 * @since 0.1.0
 * @category models
 */
export interface Range {
  readonly from: number
  readonly to: number
}

/**
 * One subject of a run and its result.
 *
 * @since 0.1.0
 * @category models
 */
export type Row<Subject, Result> =
  | { readonly position: number; readonly subject: Subject; readonly outcome: FinalOutcome; readonly result: Result }
  | {
      readonly position: number
      readonly subject: Subject
      readonly outcome: Extract<Outcome, "unprocessed">
      readonly result?: never
    }
