/**
 * A flow is a named, typed job over many subjects. Running it creates a run that can be resumed.
 *
 * @since 0.1.0
 */
import * as Codec from "@effect-glowmarkt/core/Codec"
import type * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import * as executeRun from "./internal/run/executeRun.js"
import type { Flow, Range, Row, RunOptions } from "./internal/run/flow.js"
import * as internalRows from "./internal/run/runRows.js"
import type { Limits } from "./Limits.js"
import type { FinalOutcome } from "./Outcome.js"
import type { Run, RunId, RunMismatch, RunNotFound, RunUnfinished } from "./Run.js"
import type { RunStore } from "./RunStore.js"
import type { RunStoreError } from "./RunStoreError.js"
import type { RunContext, Step, TransientFailure } from "./Step.js"

export type { Flow, Range, Row, RunOptions } from "./internal/run/flow.js"

/**
 * Defines a flow.
 *
 * - `parameters`, `subject` and `result` are schemas whose encoded side is JSON, because the values
 *   are stored. `defaults` apply to parameters that the caller omits.
 * - `subjects` lists the subjects. A resumed run keeps the list it started with. If listing fails
 *   in an outage, it is retried until the outage ends.
 * - `step` processes one subject, see {@link Step}.
 * - `outcome` classifies a result. Without it, every result is `done`.
 * - `retriedBy`: `"run"` if every step is `Step.retried` or turns the client's own retry off. The
 *   client's retry is then turned off once for the whole run, which is cheaper than once per
 *   subject.
 * - `requests` is the number of requests that a subject takes, if known in advance; 0 if it takes
 *   none. Otherwise requests are counted as they are sent.
 * - `read` reads a subject without changing it. If the latest subjects all fail, the run reads one
 *   that succeeded, to find out whether the subjects or the provider are at fault. Without it, the
 *   run waits up to `maxOutage`.
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
  readonly outcome?: (result: NoInfer<Result>) => FinalOutcome
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
  // Safe: a transient failure has an error of type E3, but the compiler infers it into E2 as well.
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
 * Runs a flow to completion, or resumes it.
 *
 * A failure or an interruption stops the work but not the run: recorded results are kept, and the
 * same run id resumes it. Only a run that fails before its subjects are listed is not kept. Calls
 * with the same run id in one process take turns: the next one resumes the run, or returns it if it
 * is finished.
 *
 * Fails with the flow's own errors, with `RunMismatch` if the run was started with other parameters
 * (nothing is done), and with `RunStoreError` if the store cannot be used.
 *
 * @example
 * ```ts
 * import { Flow, RunStore, StatusAudit } from "@effect-glowmarkt/runner"
 * import { Effect } from "effect"
 *
 * const audit = Flow.run(StatusAudit.flow, { concurrency: 16 }).pipe(Effect.provide(RunStore.layerMemory))
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const run: <Parameters extends object, Subject, Result, E, R>(
  flow: Flow<Parameters, Subject, Result, E, R>,
  options?: RunOptions<Parameters>
) => Effect.Effect<Run, E | RunMismatch | RunStoreError, R | RunStore> = executeRun.run

/**
 * Stores a run without listing its subjects, so it needs none of the flow's services. An existing
 * run is returned as it is. Fails with `RunMismatch` if it has other parameters.
 *
 * @example
 * ```ts
 * import { Flow, Run, StatusAudit } from "@effect-glowmarkt/runner"
 *
 * // Another process, which has the credentials, lists and processes its subjects.
 * const opened = Flow.open(StatusAudit.flow, { runId: Run.RunId.make("nightly") })
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const open: <Parameters extends object, Subject, Result, E, R>(
  flow: Flow<Parameters, Subject, Result, E, R>,
  options?: Pick<RunOptions<Parameters>, "parameters" | "runId">
) => Effect.Effect<Run, RunMismatch | RunStoreError, RunStore> = executeRun.open

/**
 * Opens a run and lists its subjects, unless they are already listed, as {@link run} does first.
 *
 * Several processes can share a run: one lists its subjects, each calls {@link work} for some
 * ranges of them, and one calls {@link finish}.
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
 * Processes the subjects in a range that have no result yet. Processes that share a run coordinate
 * only through the store, so no two may process the same range at the same time. Limits apply per
 * call.
 *
 * @example
 * ```ts
 * import { Flow, type Run, StatusAudit } from "@effect-glowmarkt/runner"
 *
 * const firstThousand = (runId: Run.RunId) => Flow.work(StatusAudit.flow, runId, { from: 0, to: 1000 })
 * ```
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
 * Marks a run as finished. Fails with `RunUnfinished` if a subject has no result.
 *
 * @example
 * ```ts
 * import { Flow, Run } from "@effect-glowmarkt/runner"
 *
 * const finished = Flow.finish(Run.RunId.make("nightly"))
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const finish: (runId: RunId) => Effect.Effect<Run, RunNotFound | RunStoreError | RunUnfinished, RunStore> =
  executeRun.finish

/**
 * Streams the subjects of a run in list order, each exactly once, with their results. Also accepts
 * unfinished runs. Memory use is constant. Fails with `RunMismatch` if the run belongs to another
 * flow.
 *
 * @example
 * ```ts
 * import { Flow, type Run, StatusAudit } from "@effect-glowmarkt/runner"
 * import { Stream } from "effect"
 *
 * const failed = (runId: Run.RunId) =>
 *   Flow.rows(StatusAudit.flow, runId).pipe(Stream.filter(({ outcome }) => outcome === "failed"))
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const rows: <Parameters extends object, Subject, Result, E, R>(
  flow: Flow<Parameters, Subject, Result, E, R>,
  runId: RunId
) => Stream.Stream<Row<Subject, Result>, RunMismatch | RunNotFound | RunStoreError, RunStore> = internalRows.rows
