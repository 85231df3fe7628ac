/**
 * Adds accounts for users, from a CSV of `username` and `directoryId`.
 *
 * An addition cannot be repeated blindly, and the API cannot look up an account by user. So the
 * account list is read once per run, and again only if the response to an addition is lost. With
 * `together: "allOrNothing"`, the added accounts are made inactive unless all could be added.
 *
 * @since 0.1.0
 */
import type { Account } from "@effect-glowmarkt/core/Account"
import { Username } from "@effect-glowmarkt/core/AccountInput"
import type { AdminAccounts } from "@effect-glowmarkt/core/AdminAccounts"
import type { CallError } from "@effect-glowmarkt/core/GlowmarktError"
import { AccountId, ApplicationId, DirectoryId } from "@effect-glowmarkt/core/Identifier"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as AccountIndex from "./AccountIndex.js"
import type { PlanMismatch, PlanNeeded, Row, Summary } from "./ApplyResult.js"
import * as Consent from "./Consent.js"
import * as Converge from "./Converge.js"
import type { Definition } from "./CsvInput.js"
import * as canonicalId from "./internal/flows/canonicalId.js"
import * as internalRollback from "./internal/flows/rollback.js"
import { loadParameters } from "./internal/plan/runParameters.js"
import type { Limits } from "./Limits.js"
import * as OffboardAccounts from "./OffboardAccounts.js"
import { InvalidPlan, type Plan } from "./Plan.js"
import * as PlannedFlow from "./PlannedFlow.js"
import { type Run, type RunId, type RunMismatch, type RunNotFound, RunUnfinished } from "./Run.js"
import { RunStore } from "./RunStore.js"
import type { RunStoreError } from "./RunStoreError.js"

/**
 * `together` says whether one failed row stops the others.
 *
 * @since 0.1.0
 * @category models
 */
export const Parameters = Schema.Struct({ together: Schema.Literal("eachRow", "allOrNothing") })

/**
 * `together` says whether one failed row stops the others.
 *
 * @since 0.1.0
 * @category models
 */
export interface Parameters extends Schema.Schema.Type<typeof Parameters> {}

/**
 * A CSV row.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Wanted = Schema.Struct({
  username: Schema.compose(Schema.Trim, Username),
  directoryId: Schema.compose(canonicalId.InCell, DirectoryId)
})

/**
 * A CSV row.
 *
 * @since 0.1.0
 * @category models
 */
export interface Wanted extends Schema.Schema.Type<typeof Wanted> {}

const Read = Schema.Struct({
  accountId: Schema.NullOr(AccountId),
  applicationId: Schema.NullOr(ApplicationId)
})

type Read = typeof Read.Type

const noAccount: Read = { accountId: null, applicationId: null }

const toState = ({ accountId, applicationId }: Account): Read => ({ accountId, applicationId: applicationId ?? null })

const flow = PlannedFlow.make({
  name: "onboardAccounts",
  parameters: Parameters,
  row: Wanted,
  key: ({ directoryId, username }) => `${directoryId}/${username}`,
  expected: { username: "a user name", directoryId: "the id of the user's directory" },
  state: Read,
  read: (wanted): Effect.Effect<Read, CallError | Converge.Refused, AccountIndex.AccountIndex> =>
    Effect.flatMap(AccountIndex.AccountIndex, (index) => index.find(wanted)).pipe(
      Effect.flatMap(
        Option.match({
          onNone: () => Effect.succeed(noAccount),
          onSome: (account) => Effect.map(Converge.refuseInactive(account), toState)
        })
      )
    ),
  applicationOf: ({ applicationId }) => applicationId ?? undefined,
  isSatisfied: ({ accountId }) => accountId !== null,
  write: ({ wanted }) => Effect.map(Converge.ensureAccount(wanted), toState),
  describe: (_, { directoryId, username }) => `add an account for ${username} of directory ${directoryId}`
})

/**
 * The expected CSV columns.
 *
 * @since 0.1.0
 * @category constants
 */
export const input: Definition<Wanted> = flow.input

const withAccountIndex = Effect.provideServiceEffect(AccountIndex.AccountIndex, AccountIndex.make)

/**
 * Plans which users to add accounts for. Writes nothing to the server. Planning cannot tell whether
 * the directory contains a user: that is only known when the account is added.
 *
 * @example
 * ```ts
 * import { OnboardAccounts } from "@effect-glowmarkt/runner"
 * import type { CsvInput } from "@effect-glowmarkt/runner"
 *
 * const planAll = (input: CsvInput.Input<OnboardAccounts.Wanted>) =>
 *   OnboardAccounts.plan({ ...input, parameters: { together: "allOrNothing" } })
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const plan = (
  options: PlannedFlow.PlanOptions<Parameters, Wanted>
): Effect.Effect<Plan, CallError, AdminAccounts> => withAccountIndex(PlannedFlow.plan(flow, options))

/**
 * The rollback of an all-or-nothing run: the run id it is stored under, how many added accounts
 * were made inactive, and how many could not be.
 *
 * @since 0.1.0
 * @category models
 */
export interface Rollback {
  readonly runId: RunId
  readonly inactive: number
  readonly failed: number
}

/**
 * The result of a run. `rollback` is present if added accounts had to be made inactive.
 *
 * @since 0.1.0
 * @category models
 */
export interface OnboardResult {
  readonly summary: Summary
  readonly rollback?: Rollback
}

/**
 * Consent to make the added accounts inactive, for the number of accounts that the plan adds.
 * Every resume needs this consent, too. A plan with `eachRow` needs none.
 *
 * @since 0.1.0
 * @category models
 */
export interface ConsentOptions {
  readonly consent?: Consent.Consent | undefined
}

const decodeParameters = Schema.decodeUnknown(Parameters)

const decodeTogether = (parameters: unknown): Effect.Effect<Parameters["together"], InvalidPlan> =>
  Effect.mapBoth(decodeParameters(parameters), {
    onSuccess: ({ together }) => together,
    onFailure: ({ message }) => new InvalidPlan({ problems: [{ line: 1, problem: message }] })
  })

/**
 * Makes a flow that adds no more users once one cannot be added: they would only have to be rolled
 * back.
 */
const stopAfterFailure = () => {
  let over = false
  // The flag lasts only for this process: after a resume more users may be added, but they are
  // rolled back with the rest.
  return {
    ...flow,
    write: (subject: PlannedFlow.Subject<Wanted, Read>, parameters: Parameters) =>
      Effect.suspend(
        (): ReturnType<typeof flow.write> =>
          over
            ? Effect.fail(
                new Converge.Refused({ reason: "not tried: another row failed, and the plan is all or nothing" })
              )
            : flow.write(subject, parameters)
      ).pipe(
        Effect.tapError((error) =>
          Effect.sync(() => {
            // The run retries transient failures.
            over = over || ("isTransient" in error && error.isTransient === false)
          })
        )
      )
  }
}

/** Returns the flow to run. With `eachRow`, rows do not affect each other. */
const flowFor = (together: Parameters["together"]) => (together === "eachRow" ? flow : stopAfterFailure())

/**
 * Returns the flow that applies a plan stored by {@link list}, for `Flow.work`. Its `AccountIndex`
 * must be read after any earlier work on the same rows has ended. An all-or-nothing run must be
 * processed as a whole, and rolled back by {@link rollback} before `Flow.finish`.
 *
 * @example
 * ```ts
 * import { Flow, OnboardAccounts, type Run } from "@effect-glowmarkt/runner"
 *
 * const firstHundred = (runId: Run.RunId) =>
 *   Flow.work(OnboardAccounts.applyFlow({ together: "eachRow" }), runId, { from: 0, to: 100 })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const applyFlow = ({ together }: Parameters) => PlannedFlow.toFlow(flowFor(together))

const isTogether = Schema.is(Schema.Struct({ parameters: Schema.Struct({ together: Schema.Literal("allOrNothing") }) }))

/**
 * Returns the parameters that a run was planned with.
 *
 * @example
 * ```ts
 * import { OnboardAccounts, type Run } from "@effect-glowmarkt/runner"
 *
 * const applyFlow = (run: Run.Run) => OnboardAccounts.applyFlow(OnboardAccounts.parametersOf(run))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const parametersOf = ({ parameters }: Pick<Run, "parameters">): Parameters => ({
  together: isTogether(parameters) ? "allOrNothing" : "eachRow"
})

/**
 * Rolls back an all-or-nothing run unless it added every account: those it did add are made
 * inactive. Every row must have a result. A repeated call resumes the rollback.
 *
 * @example
 * ```ts
 * import { OnboardAccounts, Run } from "@effect-glowmarkt/runner"
 *
 * const rolledBack = OnboardAccounts.rollback(Run.RunId.make("block-c"))
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const rollback = Effect.fn("OnboardAccounts.rollback")(function* (
  runId: RunId,
  limits: Limits = {}
): Effect.fn.Return<
  Option.Option<Rollback>,
  CallError | RunMismatch | RunNotFound | RunStoreError,
  AdminAccounts | RunStore
> {
  const { counts, target } = yield* loadParameters(flow, runId, {})
  const run = yield* Effect.flatMap(RunStore, (store) => store.get(runId))
  const done = yield* PlannedFlow.rows(flow, runId).pipe(
    Stream.filter(({ outcome }) => outcome === "done"),
    Stream.runCount
  )
  return done === counts.change
    ? Option.none()
    : Option.some(yield* internalRollback.rollBack(flow, run, target, limits))
})

const toResult = (summary: Summary, rollback: Option.Option<Rollback>): OnboardResult =>
  Option.match(rollback, { onNone: () => ({ summary }), onSome: (rollback) => ({ summary, rollback }) })

const completeRun = (together: Parameters["together"], summary: Summary, limits: Limits) =>
  together === "eachRow"
    ? Effect.succeed<OnboardResult>({ summary })
    : rollback(summary.runId, limits).pipe(
        Effect.map((rollback) => toResult(summary, rollback)),
        Effect.catchTag("RunNotFound", Effect.die)
      )

/**
 * Reads the result of a finished run from the store.
 *
 * @example
 * ```ts
 * import { OnboardAccounts, Run } from "@effect-glowmarkt/runner"
 *
 * const result = OnboardAccounts.result(Run.RunId.make("block-c"))
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const result = (
  runId: RunId
): Effect.Effect<OnboardResult, RunMismatch | RunNotFound | RunUnfinished | RunStoreError, RunStore> =>
  Effect.zipWith(PlannedFlow.summary(flow, runId), internalRollback.findRollback(runId), toResult)

/** Refuses an all-or-nothing plan that skips a user, or without consent to the rollback. */
const checkPlan = Effect.fnUntraced(function* (plan: Plan, { consent }: ConsentOptions) {
  const { change, invalid, skip } = plan.header.counts
  const together = yield* decodeTogether(plan.header.parameters)
  if (together === "allOrNothing") {
    yield* Consent.check(consent ?? Consent.deletions(0), change)
    if (skip + invalid > 0) {
      return yield* new Converge.Refused({
        reason: `this is all or nothing, but the plan skips ${skip + invalid} users`
      })
    }
  }
  return together
})

/**
 * Adds the accounts of a plan.
 *
 * Refuses an all-or-nothing plan that skips a user.
 *
 * @example
 * ```ts
 * import { Consent, OnboardAccounts, type Plan } from "@effect-glowmarkt/runner"
 *
 * const apply = (plan: Plan.Plan) =>
 *   OnboardAccounts.apply(plan, { consent: Consent.deletions(plan.header.counts.change) })
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const apply = Effect.fn("OnboardAccounts.apply")(function* (
  plan: Plan,
  { consent, runId, target, ...limits }: PlannedFlow.ApplyOptions & ConsentOptions = {}
): Effect.fn.Return<
  OnboardResult,
  | Consent.ConsentMismatch
  | Converge.Refused
  | InvalidPlan
  | PlanMismatch
  | PlanNeeded
  | CallError
  | RunMismatch
  | RunStoreError,
  AdminAccounts | RunStore
> {
  const together = yield* checkPlan(plan, { consent })
  const summary = yield* withAccountIndex(PlannedFlow.apply(flowFor(together), plan, { runId, target, ...limits }))
  return yield* completeRun(together, summary, limits)
})

/**
 * Checks a plan and its consent and stores its entries, without sending anything. {@link applyFlow}
 * does the rest of what {@link apply} does.
 *
 * @example
 * ```ts
 * import { OnboardAccounts, type Plan } from "@effect-glowmarkt/runner"
 *
 * const store = (plan: Plan.Plan) => OnboardAccounts.list(plan)
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const list = (
  plan: Plan,
  options: PlannedFlow.ApplyOptions & ConsentOptions = {}
): Effect.Effect<
  Run,
  Consent.ConsentMismatch | Converge.Refused | InvalidPlan | PlanMismatch | RunMismatch | RunStoreError,
  RunStore
> => Effect.zipRight(checkPlan(plan, options), PlannedFlow.list(flow, plan, options))

/**
 * Resumes an unfinished run or its rollback.
 *
 * @example
 * ```ts
 * import { OnboardAccounts, Run } from "@effect-glowmarkt/runner"
 *
 * const resumed = OnboardAccounts.resume(Run.RunId.make("block-c"))
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const resume = Effect.fn("OnboardAccounts.resume")(function* (
  runId: RunId,
  { consent, target = {}, ...limits }: PlannedFlow.ResumeOptions & ConsentOptions = {}
): Effect.fn.Return<
  OnboardResult,
  Consent.ConsentMismatch | PlanNeeded | CallError | RunNotFound | RunMismatch | RunStoreError,
  AdminAccounts | RunStore
> {
  const { counts, parameters } = yield* loadParameters(flow, runId, target)
  const together = yield* Effect.orDie(decodeTogether(parameters))
  if (together === "allOrNothing") {
    yield* Consent.check(consent ?? Consent.deletions(0), counts.change)
  }
  const summary = yield* withAccountIndex(PlannedFlow.resume(flowFor(together), runId, { target, ...limits }))
  return yield* completeRun(together, summary, limits)
})

const decodeAdded = Schema.decodeUnknownOption(Schema.Struct({ accountId: AccountId, applicationId: ApplicationId }))

/**
 * Plans to make inactive the accounts that a finished run added. The result is a plan of
 * `OffboardAccounts`, to be applied with consent. An account is skipped if it now belongs to
 * another user or application.
 *
 * @example
 * ```ts
 * import { Consent, OffboardAccounts, OnboardAccounts, Run } from "@effect-glowmarkt/runner"
 * import { Effect } from "effect"
 *
 * const undone = Effect.flatMap(OnboardAccounts.undo(Run.RunId.make("block-c")), (plan) =>
 *   OffboardAccounts.apply(plan, { consent: Consent.deletions(plan.header.counts.change) })
 * )
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const undo = Effect.fn("OnboardAccounts.undo")(function* (
  runId: RunId,
  limits: Limits = {}
): Effect.fn.Return<
  Plan,
  CallError | Converge.Refused | RunNotFound | RunMismatch | RunUnfinished | RunStoreError,
  AdminAccounts | RunStore
> {
  const { target } = yield* loadParameters(flow, runId, {})
  const run = yield* Effect.flatMap(RunStore, (store) => store.get(runId))
  if (run.finishedAt === undefined) return yield* RunUnfinished.of(run)
  const all = Chunk.toReadonlyArray(yield* Stream.runCollect(rows(runId)))
  const added = all.flatMap(({ cells, key, result }) => {
    const read = result?._tag === "Done" && result.change === "made" ? decodeAdded(result.read) : Option.none()
    return Option.match(read, {
      onNone: () => [],
      // The key is the directory id, a slash and the user name.
      onSome: (account) => [{ cells, value: { ...account, username: key.slice(key.indexOf("/") + 1) } }]
    })
  })
  const applicationId = target.applicationId ?? added[0]?.value.applicationId
  if (applicationId === undefined) {
    return yield* new Converge.Refused({ reason: `run ${runId} added no accounts of a known application` })
  }
  return yield* OffboardAccounts.plan({ rows: added, parameters: { applicationId }, target, ...limits })
})

/**
 * Streams the subjects of a run, as `PlannedFlow.rows` does. Users whose account was made inactive
 * again are `failed`, with a message that says so.
 *
 * @example
 * ```ts
 * import { OnboardAccounts, Run } from "@effect-glowmarkt/runner"
 * import { Stream } from "effect"
 *
 * const count = Stream.runCount(OnboardAccounts.rows(Run.RunId.make("block-c")))
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const rows = (runId: RunId): Stream.Stream<Row, RunMismatch | RunNotFound | RunStoreError, RunStore> =>
  internalRollback.rows(flow, runId)
