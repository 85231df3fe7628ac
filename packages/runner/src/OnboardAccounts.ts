/**
 * Gives users accounts, from a CSV of `username` and `directoryId`.
 *
 * Adding cannot be repeated blindly and cannot be looked up by user: the account list is read once a run, and again only when the answer to
 * an addition was lost. With `together: "allOrNothing"` the accounts that were added are made inactive again when not all could be.
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
import * as rollback from "./internal/flows/rollback.js"
import { recorded } from "./internal/plan/runParameters.js"
import type { Limits } from "./Limits.js"
import * as OffboardAccounts from "./OffboardAccounts.js"
import { InvalidPlan, type Plan, type Target } from "./Plan.js"
import * as PlannedFlow from "./PlannedFlow.js"
import { type RunId, type RunMismatch, type RunNotFound, RunUnfinished } from "./Run.js"
import { RunStore } from "./RunStore.js"
import type { RunStoreError } from "./RunStoreError.js"

/**
 * What one user that cannot be given an account means for the others.
 *
 * @since 0.1.0
 * @category models
 */
export const Parameters = Schema.Struct({ together: Schema.Literal("eachRow", "allOrNothing") })

/**
 * @since 0.1.0
 * @category models
 */
export interface Parameters extends Schema.Schema.Type<typeof Parameters> {}

/**
 * A row of the CSV.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Wanted = Schema.Struct({
  username: Schema.compose(Schema.Trim, Username),
  directoryId: Schema.compose(canonicalId.InCell, DirectoryId)
})

/**
 * @since 0.1.0
 * @category models
 */
export interface Wanted extends Schema.Schema.Type<typeof Wanted> {}

const Read = Schema.Struct({
  accountId: Schema.NullOr(AccountId),
  applicationId: Schema.NullOr(ApplicationId)
})

type Read = typeof Read.Type

const nobody: Read = { accountId: null, applicationId: null }

const seen = ({ accountId, applicationId }: Account): Read => ({ accountId, applicationId: applicationId ?? null })

const flow = PlannedFlow.make({
  name: "onboardAccounts",
  parameters: Parameters,
  row: Wanted,
  key: ({ directoryId, username }) => `${directoryId}/${username}`,
  expected: { username: "the name of a user", directoryId: "the id of the user's directory" },
  state: Read,
  read: (wanted): Effect.Effect<Read, CallError | Converge.Refused, AccountIndex.AccountIndex> =>
    Effect.flatMap(AccountIndex.AccountIndex, (index) => index.find(wanted)).pipe(
      Effect.flatMap(
        Option.match({
          onNone: () => Effect.succeed(nobody),
          onSome: (account) => Effect.map(Converge.activeOnly(account), seen)
        })
      )
    ),
  applicationOf: ({ applicationId }) => applicationId ?? undefined,
  isSatisfied: ({ accountId }) => accountId !== null,
  write: ({ wanted }) => Effect.map(Converge.ensureAccount(wanted), seen),
  describe: (_, { directoryId, username }) => `add an account for ${username} of directory ${directoryId}`
})

/**
 * What the CSV must have.
 *
 * @since 0.1.0
 * @category input
 */
export const input: Definition<Wanted> = flow.input

const withAccountIndex = Effect.provideServiceEffect(AccountIndex.AccountIndex, AccountIndex.make)

/**
 * Says who would be given an account. Writes nothing to the server. Whether a directory knows a user can only be found out by adding.
 *
 * @since 0.1.0
 * @category planning
 */
export const plan = (
  options: PlannedFlow.PlanOptions<Parameters, Wanted>
): Effect.Effect<Plan, CallError, AdminAccounts> => withAccountIndex(PlannedFlow.plan(flow, options))

/**
 * Making inactive again what was added: how many are, and how many could not be made so. `runId` names it in the store.
 *
 * @since 0.1.0
 * @category models
 */
export interface Undone {
  readonly runId: RunId
  readonly inactive: number
  readonly failed: number
}

/**
 * What a run came to. `undone` is there when accounts that were added had to be made inactive again.
 *
 * @since 0.1.0
 * @category models
 */
export interface Onboarded {
  readonly summary: Summary
  readonly undone?: Undone
}

/**
 * `consent` is for making accounts inactive again, as many as the plan adds, also when it is resumed; a plan of `eachRow` needs none.
 *
 * @since 0.1.0
 * @category models
 */
export interface Consenting {
  readonly consent?: Consent.Consent | undefined
}

const decodeParameters = Schema.decodeUnknown(Parameters)

const togetherOf = (parameters: unknown): Effect.Effect<Parameters["together"], InvalidPlan> =>
  Effect.mapBoth(decodeParameters(parameters), {
    onSuccess: ({ together }) => together,
    onFailure: ({ message }) => new InvalidPlan({ problems: [{ line: 1, problem: message }] })
  })

/** When one user cannot be given an account, trying the others only makes more to undo. */
const untilOneFails = () => {
  let over = false
  // On whether this attempt saw a failure: after a resume others may be tried once more, and are undone like the rest.
  return {
    ...flow,
    write: (subject: PlannedFlow.Subject<Wanted, Read>, parameters: Parameters) =>
      Effect.suspend(
        (): ReturnType<typeof flow.write> =>
          over
            ? Effect.fail(new Converge.Refused({ reason: "not tried: another row failed, and it is all or nothing" }))
            : flow.write(subject, parameters)
      ).pipe(
        Effect.tapError((error) =>
          Effect.sync(() => {
            // What is transient the run tries again.
            over = over || ("isTransient" in error && error.isTransient === false)
          })
        )
      )
  }
}

/** The flow that a run is: `eachRow` goes on whatever becomes of another row. */
const runOf = (together: Parameters["together"]) => (together === "eachRow" ? flow : untilOneFails())

/** What is to be known of a run when it has come to its end. */
interface Ending {
  readonly together: Parameters["together"]
  readonly wanted: number
  readonly target: Target
  readonly pace: Limits
}

const finished = Effect.fnUntraced(function* (
  summary: Summary,
  { pace, target, together, wanted }: Ending
): Effect.fn.Return<Onboarded, CallError | RunMismatch | RunStoreError, AdminAccounts | RunStore> {
  return together === "eachRow" || summary.done === wanted
    ? { summary }
    : { summary, undone: yield* rollback.undo(flow, summary, target, pace) }
})

/**
 * Gives the users of a plan their accounts.
 *
 * All or nothing is refused from the start where the plan leaves a user alone.
 *
 * @since 0.1.0
 * @category running
 */
export const apply = Effect.fn("OnboardAccounts.apply")(function* (
  plan: Plan,
  { consent, runId, target, ...pace }: PlannedFlow.ApplyOptions & Consenting = {}
): Effect.fn.Return<
  Onboarded,
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
  const { change, invalid, skip } = plan.header.counts
  const together = yield* togetherOf(plan.header.parameters)
  if (together === "allOrNothing") {
    yield* Consent.check(consent ?? Consent.deletions(0), change)
    if (skip + invalid > 0) {
      return yield* new Converge.Refused({
        reason: `all or nothing, but the plan leaves ${skip + invalid} users alone`
      })
    }
  }
  const summary = yield* withAccountIndex(PlannedFlow.apply(runOf(together), plan, { runId, target, ...pace }))
  return yield* finished(summary, { together, wanted: change, target: plan.header.target, pace })
})

/**
 * Goes on with a run that is not finished, or with making inactive again what it added.
 *
 * @since 0.1.0
 * @category running
 */
export const resume = Effect.fn("OnboardAccounts.resume")(function* (
  runId: RunId,
  { consent, target = {}, ...pace }: PlannedFlow.ResumeOptions & Consenting = {}
): Effect.fn.Return<
  Onboarded,
  Consent.ConsentMismatch | PlanNeeded | CallError | RunNotFound | RunMismatch | RunStoreError,
  AdminAccounts | RunStore
> {
  const { counts, parameters, ...known } = yield* recorded(flow, runId, target)
  const together = yield* Effect.orDie(togetherOf(parameters))
  if (together === "allOrNothing") {
    yield* Consent.check(consent ?? Consent.deletions(0), counts.change)
  }
  const summary = yield* withAccountIndex(PlannedFlow.resume(runOf(together), runId, { target, ...pace }))
  return yield* finished(summary, { together, wanted: counts.change, target: known.target, pace })
})

const decodeAdded = Schema.decodeUnknownOption(Schema.Struct({ accountId: AccountId, applicationId: ApplicationId }))

/**
 * The plan that makes inactive what a finished run added: a plan of `OffboardAccounts`, to be applied with consent. Each account must still
 * be the one that was added, of its user and application.
 *
 * @since 0.1.0
 * @category planning
 */
export const undo = Effect.fn("OnboardAccounts.undo")(function* (
  runId: RunId,
  limits: Limits = {}
): Effect.fn.Return<
  Plan,
  CallError | Converge.Refused | RunNotFound | RunMismatch | RunUnfinished | RunStoreError,
  AdminAccounts | RunStore
> {
  const { target } = yield* recorded(flow, runId, {})
  const run = yield* Effect.flatMap(RunStore, (store) => store.get(runId))
  if (run.finishedAt === undefined) return yield* RunUnfinished.of(run)
  const all = Chunk.toReadonlyArray(yield* Stream.runCollect(rows(runId)))
  const added = all.flatMap(({ cells, key, result }) => {
    const read = result?._tag === "Done" && result.change === "made" ? decodeAdded(result.read) : Option.none()
    return Option.match(read, {
      onNone: () => [],
      // The key of a user is its directory's id, a slash and its name.
      onSome: (account) => [{ cells, value: { ...account, username: key.slice(key.indexOf("/") + 1) } }]
    })
  })
  const applicationId = target.applicationId ?? added[0]?.value.applicationId
  if (applicationId === undefined) {
    return yield* new Converge.Refused({ reason: `run ${runId} added no account of a known application` })
  }
  return yield* OffboardAccounts.plan({ rows: added, parameters: { applicationId }, target, ...limits })
})

/**
 * As `PlannedFlow.rows`. Users whose account was made inactive again have failed, and it says so.
 *
 * @since 0.1.0
 * @category running
 */
export const rows = (runId: RunId): Stream.Stream<Row, RunMismatch | RunNotFound | RunStoreError, RunStore> =>
  rollback.rows(flow, runId)
