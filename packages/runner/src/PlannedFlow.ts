/**
 * Flows that change something: planned first, applied later.
 *
 * A planned flow says how to look at a subject, when the wanted end is reached, how to get there and how to put it in words.
 * From these come the plan, and the run that applies it: each subject is looked at again, left alone when it has drifted
 * from what the plan read, taken to the wanted end by a converging step, and recorded.
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
import type { Begun, PlanMismatch, PlanNeeded, Result, Row, Summary } from "./ApplyResult.js"
import type { Refused } from "./Converge.js"
import * as CsvInput from "./CsvInput.js"
import type { Flow } from "./Flow.js"
import * as applyPlan from "./internal/plan/applyPlan.js"
import * as makePlan from "./internal/plan/makePlan.js"
import * as runParameters from "./internal/plan/runParameters.js"
import * as undoRun from "./internal/plan/undoRun.js"
import type { Limits } from "./Limits.js"
import type { Entry, InvalidPlan, Plan, Target } from "./Plan.js"
import type { Run, RunId, RunMismatch, RunNotFound, RunUnfinished } from "./Run.js"
import type { RunStore } from "./RunStore.js"
import type { RunStoreError } from "./RunStoreError.js"

/**
 * What an error of a step must say of itself for a report.
 *
 * @since 0.1.0
 * @category models
 */
export interface Trouble {
  readonly _tag: string
  readonly message: string
  readonly mayHaveBeenApplied?: boolean
  /** The call that failed, where the error says more than it: the run then decides as for the call whether to try again. */
  readonly failure?: CallError
}

/**
 * What is wanted of whom, what is there now, and what the plan read.
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
 * See {@link make}.
 *
 * @since 0.1.0
 * @category models
 */
export interface PlannedFlow<Parameters extends object, Wanted, Read, E extends Trouble, R> {
  readonly name: string
  /** What its CSV must have. */
  readonly input: CsvInput.Definition<Wanted>
  readonly parameters: Codec.Codec<Parameters>
  readonly wanted: Codec.Codec<Wanted>
  readonly state: Codec.Codec<Read>
  readonly read: (wanted: Wanted, parameters: Parameters) => Effect.Effect<Read, E | Refused, R>
  readonly applicationOf: (read: Read) => string | null | undefined
  readonly isSatisfied: (read: Read, wanted: Wanted) => boolean
  readonly isPartial: (subject: Subject<Wanted, Read>) => boolean
  readonly write: (subject: Subject<Wanted, Read>, parameters: Parameters) => Effect.Effect<Read, Trouble, R>
  readonly describe: (read: Read, wanted: Wanted) => string
}

/**
 * Describes a flow that is planned.
 *
 * - `row`: what is wanted of whom, a struct read from the columns of a CSV; `key` names the subject. Secrets stand in it only as references.
 * - `state`: what is read. All of it is compared when the plan is applied: a difference is drift.
 * - `read` reads a subject. `Refused` means that it must be left alone. Calls that fail are tried again, and an outage is waited out; what
 *   fails for good is the failure of that subject, and in planning a reason to skip it.
 * - `applicationOf` says whose account was read. A subject of another application than the plan's target is refused, and so is one
 *   for which this is `null`. Leave it out where `read` compares, or where there is no account.
 * - `isSatisfied` says whether there is nothing to do.
 * - `isPartial` recognises what is no drift but this run's own work, cut off between two writes; steps with one write need none.
 * - `write` gets there, from what was just read, by converging steps, and returns what it read when it verified.
 * - `describe` puts the change in words: `rename from "A" to "B"`.
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
 *   expected: { accountId: "the id of an account", name: "its new name" },
 *   state: Schema.Struct({ name: Schema.String }),
 *   read: ({ accountId }) =>
 *     Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => admin.get(accountId)).pipe(
 *       Effect.map(({ name = "" }) => ({ name })),
 *       Effect.catchTag("AccountNotFound", ({ message }) => new Converge.Refused({ reason: message }))
 *     ),
 *   isSatisfied: (read, wanted) => read.name === wanted.name,
 *   write: ({ wanted }) =>
 *     Effect.map(Converge.ensureName(wanted.accountId, wanted.name), ({ name = "" }) => ({ name })),
 *   describe: (read, { name }) => `rename from ${JSON.stringify(read.name)} to ${JSON.stringify(name)}`
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
  E extends Trouble,
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
  ) => Effect.Effect<NoInfer<Read>, Trouble, R2>
  readonly describe: (read: NoInfer<Read>, wanted: NoInfer<Wanted>) => string
}): PlannedFlow<Parameters, Wanted, Read, E, R | R2> => {
  const {
    write,
    applicationOf = () => undefined,
    describe,
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
    describe
  }
}

/**
 * A flow whose runs can be taken back. `revert` says what was wanted to be so again, or why it cannot be: `planned` is what the plan
 * read, and `read` what the run left.
 *
 * @since 0.1.0
 * @category models
 */
export interface Undoable<Parameters extends object, Wanted, Read, E extends Trouble, R>
  extends PlannedFlow<Parameters, Wanted, Read, E, R> {
  readonly revert: (subject: Subject<Wanted, Read>) => Either.Either<Wanted, string>
}

/**
 * Makes a flow one that can be undone, by a run of the same flow.
 *
 * @since 0.1.0
 * @category combinators
 */
export const undoable = <Parameters extends object, Wanted, Read, E extends Trouble, R>(
  flow: PlannedFlow<Parameters, Wanted, Read, E, R>,
  revert: (subject: Subject<NoInfer<Wanted>, NoInfer<Read>>) => Either.Either<NoInfer<Wanted>, string>
): Undoable<Parameters, Wanted, Read, E, R> => ({ ...flow, revert })

/**
 * The plan that takes back what a finished run changed, from what the run recorded. Asks the server nothing: when the plan is applied, each
 * subject is read, and one that has changed since the run is left alone. Subjects that the run left alone are not in the plan.
 *
 * Offboarding, new passwords and mobile tokens cannot be undone, so their flows do not fit here. For onboarding see
 * `OnboardAccounts.undo`.
 *
 * @since 0.1.0
 * @category planning
 */
export const undo: <Parameters extends object, Wanted, Read, E extends Trouble, R>(
  flow: Undoable<Parameters, Wanted, Read, E, R>,
  runId: RunId
) => Effect.Effect<Plan, RunNotFound | RunMismatch | RunUnfinished | RunStoreError, RunStore> = undoRun.undo

/**
 * How to plan: an `Input` of `CsvInput` can be given as it is. Rows that are `invalid` come into the plan to be accounted for. `target` is
 * what is known of the server; how fast, and how patiently, is {@link Limits}.
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
 * Looks at every subject and says what a run would do. Writes nothing to the server.
 *
 * It bears what a run bears: a subject that cannot be looked at is skipped, with the reason; an outage is waited out. It fails with a
 * `CallError` when that lasts longer than `maxOutage`, and with `AccessDenied` when the credentials are good for nothing. `Progress`
 * has its events, under the id of the plan.
 *
 * @since 0.1.0
 * @category planning
 */
export const plan: <Parameters extends object, Wanted, Read, E extends Trouble, R>(
  flow: PlannedFlow<Parameters, Wanted, Read, E, R>,
  options: PlanOptions<NoInfer<Parameters>, NoInfer<Wanted>>
) => Effect.Effect<Plan, CallError, R> = makePlan.plan

/**
 * How to apply a plan. `target` is what is known of the server now: where the plan says something else, or nothing, it is refused. So
 * give it to both, or to neither: without it nobody checks what the run is sent to.
 *
 * @since 0.1.0
 * @category models
 */
export interface ApplyOptions extends Limits {
  readonly runId?: RunId | undefined
  readonly target?: Target | undefined
}

/**
 * How to resume. `target` is what is known of the server now: a run that was begun at another one is refused.
 *
 * @since 0.1.0
 * @category models
 */
export interface ResumeOptions extends Limits {
  readonly target?: Target | undefined
}

/**
 * The flow behind a planned flow: its subjects are the entries of a plan that {@link list} stored. With it, `Flow.work`
 * and `Flow.finish` apply a plan in parts.
 *
 * @since 0.1.0
 * @category running
 */
export const toFlow: <Parameters extends object, Wanted, Read, E extends Trouble, R>(
  flow: PlannedFlow<Parameters, Wanted, Read, E, R>
) => Flow<runParameters.RunParameters, Entry, Result, PlanNeeded | CallError, R | RunStore> = applyPlan.toFlow

/**
 * The first part of {@link apply}: checks a plan, opens its run and stores its entries. Sends nothing to the server, so
 * it needs none of the flow's services.
 *
 * @since 0.1.0
 * @category running
 */
export const list: <Parameters extends object, Wanted, Read, E extends Trouble, R>(
  flow: PlannedFlow<Parameters, Wanted, Read, E, R>,
  plan: Plan,
  options?: ApplyOptions
) => Effect.Effect<Run, InvalidPlan | PlanMismatch | RunMismatch | RunStoreError, RunStore> = applyPlan.list

/**
 * Applies a plan, or goes on applying it when `runId` is a run that is not finished. Applying it twice is harmless.
 *
 * What goes wrong with a subject is that subject's outcome. A `CallError` is the failure of the attempt: an outage that lasted
 * longer than the run is patient, or credentials that are good for nothing any more.
 *
 * @since 0.1.0
 * @category running
 */
export const apply: <Parameters extends object, Wanted, Read, E extends Trouble, R>(
  flow: PlannedFlow<Parameters, Wanted, Read, E, R>,
  plan: Plan,
  options?: ApplyOptions
) => Effect.Effect<
  Summary,
  InvalidPlan | PlanMismatch | PlanNeeded | CallError | RunMismatch | RunStoreError,
  R | RunStore
> = applyPlan.apply

/**
 * Goes on with a run that is not finished, from what the store has of it. A finished one is only summed up.
 *
 * @since 0.1.0
 * @category running
 */
export const resume: <Parameters extends object, Wanted, Read, E extends Trouble, R>(
  flow: PlannedFlow<Parameters, Wanted, Read, E, R>,
  runId: RunId,
  options?: ResumeOptions
) => Effect.Effect<Summary, PlanNeeded | CallError | RunNotFound | RunMismatch | RunStoreError, R | RunStore> =
  applyPlan.resume

/**
 * What the store has of a run; nothing if it is no run of a plan.
 *
 * @since 0.1.0
 * @category running
 */
export const begun: (runId: RunId) => Effect.Effect<Option.Option<Begun>, RunNotFound | RunStoreError, RunStore> =
  runParameters.begun

/**
 * The subjects of a run in the order of the plan, each exactly once. Works on unfinished runs, too.
 *
 * @since 0.1.0
 * @category running
 */
export const rows: (
  flow: { readonly name: string },
  runId: RunId
) => Stream.Stream<Row, RunMismatch | RunNotFound | RunStoreError, RunStore> = applyPlan.rows
