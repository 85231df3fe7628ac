/**
 * Flows that change something. They are planned first and applied later.
 *
 * A planned flow defines how to read a subject, whether it is in the wanted state, how to change it
 * and how to describe the change. The plan and the run that applies it are derived from these
 * functions. The run reads each subject again, skips it if it has changed since the plan was made,
 * changes it with a convergent step, and records the result.
 *
 * @since 0.1.0
 */
import * as Codec from "@effect-glowmarkt/core/Codec"
import type { CallError } from "@effect-glowmarkt/core/GlowmarktError"
import type * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import type * as Option from "effect/Option"
import type * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { PlanMismatch, PlanNeeded, PlanRun, Result, Row, Summary } from "./ApplyResult.js"
import type { Refused } from "./Converge.js"
import * as CsvInput from "./CsvInput.js"
import type { Flow } from "./Flow.js"
import * as applyPlan from "./internal/plan/applyPlan.js"
import * as makePlan from "./internal/plan/makePlan.js"
import type {
  ApplyOptions,
  PlannedFlow,
  PlanOptions,
  ResumeOptions,
  StepError,
  Subject,
  Undoable
} from "./internal/plan/plannedFlow.js"
import * as runParameters from "./internal/plan/runParameters.js"
import * as undoRun from "./internal/plan/undoRun.js"
import type { Entry, InvalidPlan, Plan } from "./Plan.js"
import type { Run, RunId, RunMismatch, RunNotFound, RunUnfinished } from "./Run.js"
import type { RunStore } from "./RunStore.js"
import type { RunStoreError } from "./RunStoreError.js"

export type {
  ApplyOptions,
  PlannedFlow,
  PlanOptions,
  ResumeOptions,
  StepError,
  Subject,
  Undoable
} from "./internal/plan/plannedFlow.js"

/**
 * Defines a planned flow.
 *
 * - `row`: the subject and its wanted state, a struct read from the columns of a CSV. `key` names
 *   the subject. Secrets appear in it only as references.
 * - `state`: the state that is read. When the plan is applied, any difference counts as drift.
 * - `read` reads a subject. Fail with `Refused` if the subject must not be changed. The run retries
 *   failed calls and waits out outages. A permanent failure becomes the subject's result, or, while
 *   planning, the reason to skip it.
 * - `applicationOf` returns the application of the account that was read. A subject is refused if
 *   its application is `null` or is not the plan's target. Omit this function if `read` compares
 *   the applications itself, or if the subject has no account.
 * - `isSatisfied` returns whether there is nothing to do.
 * - `isPartial` recognises a change that this run left half done when it was interrupted between
 *   two writes. Such a change does not count as drift. Steps with one write do not need it.
 * - `write` makes the change from the current state by convergent steps, and returns the state it
 *   read to verify it.
 * - `describe` describes the change, such as `set name to "B" (was "A")`. A plan whose descriptions
 *   differ is refused. When you reword it, add the old function to `earlierDescriptions`, so that
 *   existing plan files can still be applied.
 *
 * @example
 * ```ts
 * import { Converge, PlannedFlow } from "@effect-glowmarkt/runner"
 * import { AdminAccounts, Identifier } from "@effect-glowmarkt/core"
 * import { Effect, Schema } from "effect"
 *
 * const flow = PlannedFlow.make({
 *   name: "capitals",
 *   parameters: Schema.Struct({}),
 *   row: Schema.Struct({ accountId: Identifier.AccountId, name: Schema.NonEmptyTrimmedString }),
 *   key: ({ accountId }) => accountId,
 *   expected: { accountId: "an account id", name: "its new name" },
 *   state: Schema.Struct({ name: Schema.String }),
 *   read: ({ accountId }) =>
 *     Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => admin.get(accountId)).pipe(
 *       Effect.map(({ name = "" }) => ({ name })),
 *       Effect.catchTag("AccountNotFound", Converge.refuseMissing)
 *     ),
 *   isSatisfied: (read, wanted) => read.name === wanted.name,
 *   write: ({ wanted }) =>
 *     Effect.map(Converge.ensureName(wanted.accountId, wanted.name), ({ name = "" }) => ({ name })),
 *   describe: (read, { name }) => `set name to ${JSON.stringify(name)} (was ${JSON.stringify(read.name)})`
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = <
  Parameters extends object,
  PI,
  Wanted,
  WI extends object,
  Read,
  RI,
  E extends StepError,
  R,
  R2
>(options: {
  readonly name: string
  readonly parameters: Schema.Schema<Parameters, PI>
  readonly row: Schema.Schema<Wanted, WI>
  readonly key: (wanted: NoInfer<Wanted>) => string
  readonly expected: { readonly [K in keyof NoInfer<WI>]-?: string }
  readonly secret?: ReadonlyArray<keyof NoInfer<WI>>
  readonly state: Schema.Schema<Read, RI>
  readonly read: (
    wanted: NoInfer<Wanted>,
    parameters: NoInfer<Parameters>
  ) => Effect.Effect<NoInfer<Read>, E | Refused, R>
  readonly applicationOf?: (read: NoInfer<Read>) => string | null | undefined
  readonly isSatisfied: (read: NoInfer<Read>, wanted: NoInfer<Wanted>) => boolean
  readonly isPartial?: (subject: Subject<NoInfer<Wanted>, NoInfer<Read>>) => boolean
  readonly write: (
    subject: Subject<NoInfer<Wanted>, NoInfer<Read>>,
    parameters: NoInfer<Parameters>
  ) => Effect.Effect<NoInfer<Read>, StepError, R2>
  readonly describe: (read: NoInfer<Read>, wanted: NoInfer<Wanted>) => string
  readonly earlierDescriptions?: ReadonlyArray<(read: NoInfer<Read>, wanted: NoInfer<Wanted>) => string>
}): PlannedFlow<Parameters, Wanted, Read, E, R | R2> => {
  const {
    write,
    applicationOf = () => undefined,
    describe,
    earlierDescriptions = [],
    expected,
    isPartial = () => false,
    isSatisfied,
    key,
    state,
    name,
    parameters,
    read,
    row,
    secret
  } = options
  return {
    name,
    input: CsvInput.define<Wanted, WI>({ row, key, expected, ...(secret === undefined ? {} : { secret }) }),
    parameters: Codec.make(parameters),
    wanted: Codec.make(row),
    state: Codec.make(state),
    read,
    applicationOf,
    isSatisfied,
    isPartial,
    write,
    describe,
    earlierDescriptions
  }
}

/**
 * Makes a flow undoable. The undo is a run of the same flow.
 *
 * @example
 * ```ts
 * import { PlannedFlow, RenameAccounts } from "@effect-glowmarkt/runner"
 * import { Either } from "effect"
 *
 * const flow = PlannedFlow.undoable(RenameAccounts.flow, ({ planned, wanted }) =>
 *   planned.name === null
 *     ? Either.left("the account had no name before")
 *     : Either.right({ ...wanted, name: planned.name })
 * )
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const undoable = <Parameters extends object, Wanted, Read, E extends StepError, R>(
  flow: PlannedFlow<Parameters, Wanted, Read, E, R>,
  revert: (subject: Subject<NoInfer<Wanted>, NoInfer<Read>>) => Either.Either<NoInfer<Wanted>, string>
): Undoable<Parameters, Wanted, Read, E, R> => ({ ...flow, revert })

/**
 * Plans to undo what a finished run changed, using only what the run recorded. Sends no requests to
 * the server. When the plan is applied, each subject is read, and it is skipped if it has changed
 * since the run. Subjects that the run did not change are not in the plan.
 *
 * Offboarding and rotating passwords or mobile tokens cannot be undone, so these flows are not
 * `Undoable`. For onboarding, see `OnboardAccounts.undo`.
 *
 * @example
 * ```ts
 * import { PlannedFlow, RenameAccounts, Run } from "@effect-glowmarkt/runner"
 * import { Effect } from "effect"
 *
 * const undone = Effect.flatMap(PlannedFlow.undo(RenameAccounts.flow, Run.RunId.make("new-names")), (plan) =>
 *   PlannedFlow.apply(RenameAccounts.flow, plan)
 * )
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const undo: <Parameters extends object, Wanted, Read, E extends StepError, R>(
  flow: Undoable<Parameters, Wanted, Read, E, R>,
  runId: RunId
) => Effect.Effect<Plan, RunNotFound | RunMismatch | RunUnfinished | RunStoreError, RunStore> = undoRun.undo

/**
 * Reads every subject and plans what a run would do. Writes nothing to the server.
 *
 * A subject that cannot be read is skipped with the reason, and an outage is waited out. Fails with
 * a `CallError` if the outage outlasts `maxOutage`, and with `AccessDenied` if the credentials are
 * refused for every subject. Publishes `Progress` events under the plan's id.
 *
 * @example
 * ```ts
 * import { CsvInput, PlannedFlow, RenameAccounts } from "@effect-glowmarkt/runner"
 * import { FileSystem } from "@effect/platform"
 * import { Effect } from "effect"
 *
 * const plan = Effect.gen(function* () {
 *   const fs = yield* FileSystem.FileSystem
 *   const input = yield* CsvInput.read(RenameAccounts.flow.input, fs.stream("names.csv"))
 *   return yield* PlannedFlow.plan(RenameAccounts.flow, { ...input, parameters: {} })
 * })
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const plan: <Parameters extends object, Wanted, Read, E extends StepError, R>(
  flow: PlannedFlow<Parameters, Wanted, Read, E, R>,
  options: PlanOptions<NoInfer<Parameters>, NoInfer<Wanted>>
) => Effect.Effect<Plan, CallError, R> = makePlan.plan

/**
 * Makes the `Flow` that applies a plan of this planned flow. Its subjects are the entries that
 * {@link list} stored. With it, `Flow.work` and `Flow.finish` apply a plan in parts.
 *
 * @example
 * ```ts
 * import { Flow, PlannedFlow, RenameAccounts, type Run } from "@effect-glowmarkt/runner"
 *
 * const firstHundred = (runId: Run.RunId) =>
 *   Flow.work(PlannedFlow.toFlow(RenameAccounts.flow), runId, { from: 0, to: 100 })
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const toFlow: <Parameters extends object, Wanted, Read, E extends StepError, R>(
  flow: PlannedFlow<Parameters, Wanted, Read, E, R>
) => Flow<runParameters.RunParameters, Entry, Result, PlanNeeded | CallError, R | RunStore> = applyPlan.toFlow

/**
 * Checks a plan, opens its run and stores its entries, as {@link apply} does first. Sends nothing
 * to the server, so it needs none of the flow's services.
 *
 * @example
 * ```ts
 * import { type Plan, PlannedFlow, RenameAccounts } from "@effect-glowmarkt/runner"
 *
 * const store = (plan: Plan.Plan) => PlannedFlow.list(RenameAccounts.flow, plan)
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const list: <Parameters extends object, Wanted, Read, E extends StepError, R>(
  flow: PlannedFlow<Parameters, Wanted, Read, E, R>,
  plan: Plan,
  options?: ApplyOptions
) => Effect.Effect<Run, InvalidPlan | PlanMismatch | RunMismatch | RunStoreError, RunStore> = applyPlan.list

/**
 * Applies a plan, or resumes the unfinished run `runId`. Applying a plan twice is harmless.
 *
 * A failure of one subject is recorded as its result. The run itself fails with a `CallError` if an
 * outage outlasts `maxOutage` or the credentials are refused.
 *
 * @example
 * ```ts
 * import { type Plan, PlannedFlow, RenameAccounts } from "@effect-glowmarkt/runner"
 *
 * const apply = (plan: Plan.Plan) => PlannedFlow.apply(RenameAccounts.flow, plan, { rate: "unlimited" })
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const apply: <Parameters extends object, Wanted, Read, E extends StepError, R>(
  flow: PlannedFlow<Parameters, Wanted, Read, E, R>,
  plan: Plan,
  options?: ApplyOptions
) => Effect.Effect<
  Summary,
  InvalidPlan | PlanMismatch | PlanNeeded | CallError | RunMismatch | RunStoreError,
  R | RunStore
> = applyPlan.apply

/**
 * Resumes an unfinished run from the store. For a finished run, only returns its summary.
 *
 * @example
 * ```ts
 * import { PlannedFlow, RenameAccounts, Run } from "@effect-glowmarkt/runner"
 *
 * const resumed = PlannedFlow.resume(RenameAccounts.flow, Run.RunId.make("new-names"))
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const resume: <Parameters extends object, Wanted, Read, E extends StepError, R>(
  flow: PlannedFlow<Parameters, Wanted, Read, E, R>,
  runId: RunId,
  options?: ResumeOptions
) => Effect.Effect<Summary, PlanNeeded | CallError | RunNotFound | RunMismatch | RunStoreError, R | RunStore> =
  applyPlan.resume

/**
 * Reads the summary of a finished run from the store.
 *
 * @example
 * ```ts
 * import { PlannedFlow, RenameAccounts, Run } from "@effect-glowmarkt/runner"
 *
 * const summary = PlannedFlow.summary(RenameAccounts.flow, Run.RunId.make("new-names"))
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const summary: (
  flow: { readonly name: string },
  runId: RunId
) => Effect.Effect<Summary, RunMismatch | RunNotFound | RunUnfinished | RunStoreError, RunStore> = applyPlan.summary

/**
 * Returns the stored run, or none if it does not apply a plan.
 *
 * @example
 * ```ts
 * import { PlannedFlow, Run } from "@effect-glowmarkt/runner"
 * import { Effect, Option } from "effect"
 *
 * const remaining = Effect.map(
 *   PlannedFlow.inspect(Run.RunId.make("new-names")),
 *   Option.map((run) => run.remaining)
 * )
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const inspect: (runId: RunId) => Effect.Effect<Option.Option<PlanRun>, RunNotFound | RunStoreError, RunStore> =
  runParameters.inspect

/**
 * Streams the subjects of a run in plan order, each exactly once. Also accepts unfinished runs.
 *
 * @example
 * ```ts
 * import { PlannedFlow, RenameAccounts, Run } from "@effect-glowmarkt/runner"
 * import { Stream } from "effect"
 *
 * const count = Stream.runCount(PlannedFlow.rows(RenameAccounts.flow, Run.RunId.make("new-names")))
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const rows: (
  flow: { readonly name: string },
  runId: RunId
) => Stream.Stream<Row, RunMismatch | RunNotFound | RunStoreError, RunStore> = applyPlan.rows
