/**
 * A flow is a named, typed job over many subjects; running it gives a run that can be resumed.
 *
 * @since 0.1.0
 */
import * as Codec from "@effect-glowmarkt/core/Codec"
import type * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import * as executeRun from "./internal/run/executeRun.js"
import * as internalRows from "./internal/run/runRows.js"
import type { Limits } from "./Limits.js"
import type { Outcome, Settled } from "./Outcome.js"
import type { Run, RunId, RunMismatch, RunNotFound, RunUnfinished } from "./Run.js"
import type { RunStore } from "./RunStore.js"
import type { RunStoreError } from "./RunStoreError.js"
import type { RunContext, Step, TransientFailure } from "./Step.js"

/**
 * See {@link make}.
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
  readonly subjects: (run: RunContext<Parameters>) => Stream.Stream<Subject, E, R>
  readonly step: Step<Subject, Result, Parameters, E | TransientFailure<Result, E>, R>
  readonly outcome: (result: Result) => Settled
  readonly retriedBy: "client" | "run"
  readonly requests?: (subject: Subject) => number | undefined
  readonly read?: Step<Subject, unknown, Parameters, TransientFailure<unknown, E>, R>
}

/**
 * Describes a flow.
 *
 * - `parameters`, `subject` and `result` are schemas whose encoded side is JSON, since these are recorded;
 *   `defaults` are the parameters nobody gave.
 * - `subjects` lists what to work on. A resumed run works on the list it began with. A list that breaks off in an outage is asked for
 *   again when that is over.
 * - `step` is the work on one subject, see {@link Step}.
 * - `outcome` classifies a result; without it every result is `done`.
 * - `retriedBy`: `"run"` where every step is `Step.retried`, or else switches the client's own retry off itself. It is then off
 *   once for the whole run, which costs less than once per subject.
 * - `requests` says how many requests a subject costs where that is known beforehand, 0 where nobody is asked. The others are
 *   counted as they are sent.
 * - `read` reads a subject and changes nothing: by reading one that went well, a run whose last subjects all fail finds out
 *   whether it is them or the provider. Without it a run can only wait as long as it is patient.
 *
 * @example
 * ```ts
 * import { Flow } from "@effect-glowmarkt/runner"
 * import { Effect, Schema, Stream } from "effect"
 *
 * const lengths = Flow.make({
 *   name: "lengths",
 *   parameters: Schema.Struct({ unit: Schema.Literal("characters", "bytes") }),
 *   defaults: { unit: "characters" },
 *   subject: Schema.String,
 *   result: Schema.Number,
 *   subjects: () => Stream.make("one", "two", "three"),
 *   step: (word) => Effect.succeed(word.length)
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = <
  Parameters extends object,
  PI,
  Subject,
  SI,
  Result,
  RI,
  E = never,
  R = never,
  E2 = never,
  R2 = never,
  E3 = never
>(options: {
  readonly name: string
  readonly parameters: Schema.Schema<Parameters, PI>
  readonly defaults: NoInfer<Parameters>
  readonly subject: Schema.Schema<Subject, SI>
  readonly result: Schema.Schema<Result, RI>
  readonly subjects: (run: RunContext<NoInfer<Parameters>>) => Stream.Stream<NoInfer<Subject>, E, R>
  readonly step: Step<NoInfer<Subject>, NoInfer<Result>, NoInfer<Parameters>, E2 | TransientFailure<Result, E3>, R2>
  readonly outcome?: (result: NoInfer<Result>) => Settled
  readonly retriedBy?: "client" | "run"
  readonly requests?: (subject: NoInfer<Subject>) => number | undefined
  readonly read?: Step<
    NoInfer<Subject>,
    unknown,
    NoInfer<Parameters>,
    TransientFailure<unknown, NoInfer<E3>>,
    NoInfer<R2>
  >
}): Flow<Parameters, Subject, Result, E | Exclude<E2, TransientFailure<unknown, unknown>> | E3, R | R2> => ({
  name: options.name,
  defaults: options.defaults,
  parameters: Codec.make(options.parameters),
  subject: Codec.make(options.subject),
  result: Codec.make(options.result),
  subjects: options.subjects,
  // The setbacks are those with E3; the compiler infers them into E2 as well.
  step: options.step as Step<
    Subject,
    Result,
    Parameters,
    Exclude<E2, TransientFailure<unknown, unknown>> | TransientFailure<Result, E3>,
    R2
  >,
  outcome: options.outcome ?? (() => "done"),
  retriedBy: options.retriedBy ?? "client",
  ...(options.requests === undefined ? {} : { requests: options.requests }),
  ...(options.read === undefined ? {} : { read: options.read })
})

/**
 * How to run a flow.
 *
 * - `runId`: a new one if absent. The id of a run that is not finished resumes it, the id of
 *   a finished one returns it as it is.
 * - `parameters`: those not given are the recorded ones when a run is resumed, else the flow's defaults.
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
 * Runs a flow to its end, or resumes it.
 *
 * Whatever fails ends the attempt and not the run: what is recorded stays, and
 * the same run id continues; only a run whose subjects are not listed yet leaves nothing. So does interruption, which cancels the work in flight. It fails
 * with what the flow itself fails with, with `RunMismatch` if the run was started
 * with other parameters (nothing is done then), and with `RunStoreError` if the store cannot be used.
 *
 * @since 0.1.0
 * @category running
 */
export const run: <Parameters extends object, Subject, Result, E, R>(
  flow: Flow<Parameters, Subject, Result, E, R>,
  options?: RunOptions<Parameters>
) => Effect.Effect<Run, E | RunMismatch | RunStoreError, R | RunStore> = executeRun.run

/**
 * Stores a run without listing its subjects, so it needs none of the flow's services. An existing run is returned as it
 * is. Fails with `RunMismatch` if it has other parameters.
 *
 * @since 0.1.0
 * @category running
 */
export const open: <Parameters extends object, Subject, Result, E, R>(
  flow: Flow<Parameters, Subject, Result, E, R>,
  options?: Pick<RunOptions<Parameters>, "parameters" | "runId">
) => Effect.Effect<Run, RunMismatch | RunStoreError, RunStore> = executeRun.open

/**
 * Opens a run and lists its subjects, unless they are listed already: the first part of {@link run}.
 *
 * A run can be shared out: one process lists, several {@link work} on ranges of its subjects, one calls {@link finish}.
 *
 * @example
 * ```ts
 * import { Flow } from "@effect-glowmarkt/runner"
 * import { Effect, Schema, Stream } from "effect"
 *
 * const lengths = Flow.make({
 *   name: "lengths",
 *   parameters: Schema.Struct({}),
 *   defaults: {},
 *   subject: Schema.String,
 *   result: Schema.Number,
 *   subjects: () => Stream.make("one", "two", "three"),
 *   step: (word) => Effect.succeed(word.length)
 * })
 *
 * const program = Effect.gen(function* () {
 *   const { runId, total = 0 } = yield* Flow.list(lengths)
 *   yield* Effect.all([Flow.work(lengths, runId, { from: 0, to: 2 }), Flow.work(lengths, runId, { from: 2, to: total })], {
 *     concurrency: 2
 *   })
 *   return yield* Flow.finish(runId)
 * })
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const list: <Parameters extends object, Subject, Result, E, R>(
  flow: Flow<Parameters, Subject, Result, E, R>,
  options?: RunOptions<Parameters>
) => Effect.Effect<Run, E | RunMismatch | RunStoreError, R | RunStore> = executeRun.list

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
 * Works on those subjects of a range that have no result yet. Nothing but the store connects the processes that share a
 * run: no two may work on the same range at a time. Limits hold for each call by itself.
 *
 * @since 0.1.0
 * @category running
 */
export const work: <Parameters extends object, Subject, Result, E, R>(
  flow: Flow<Parameters, Subject, Result, E, R>,
  runId: RunId,
  range: Range,
  limits?: Limits
) => Effect.Effect<void, E | RunMismatch | RunNotFound | RunStoreError, R | RunStore> = executeRun.workOn

/**
 * Notes that a run is finished. Fails with `RunUnfinished` while any of its subjects has no result.
 *
 * @since 0.1.0
 * @category running
 */
export const finish: (runId: RunId) => Effect.Effect<Run, RunNotFound | RunStoreError | RunUnfinished, RunStore> =
  executeRun.finish

/**
 * A subject of a run and what became of it.
 *
 * @since 0.1.0
 * @category models
 */
export type Row<Subject, Result> =
  | { readonly position: number; readonly subject: Subject; readonly outcome: Settled; readonly result: Result }
  | {
      readonly position: number
      readonly subject: Subject
      readonly outcome: Extract<Outcome, "unprocessed">
      readonly result?: never
    }

/**
 * The subjects of a run in the order they were listed, each exactly once, with
 * their results. Works on unfinished runs, too. Memory does not grow with their number.
 * Fails with `RunMismatch` if the run is another flow's.
 *
 * @since 0.1.0
 * @category running
 */
export const rows: <Parameters extends object, Subject, Result, E, R>(
  flow: Flow<Parameters, Subject, Result, E, R>,
  runId: RunId
) => Stream.Stream<Row<Subject, Result>, RunMismatch | RunNotFound | RunStoreError, RunStore> = internalRows.rows
