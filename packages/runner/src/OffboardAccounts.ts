/**
 * Makes accounts inactive, from a CSV of `accountId` or from the findings of an audit. The provider
 * never erases an account, but making one inactive cannot be undone.
 *
 * Other columns of a row (`applicationId`, `username`, and the audit's `listStatus`, `liveStatus`,
 * `updatedAt` and `tokenExpiryDate`) must still match the account, both when the plan is made and
 * when it is applied. An account that was used again since the audit is skipped.
 *
 * Every deletion needs a {@link Consent.Consent} for exactly the number in the plan.
 *
 * @since 0.1.0
 */
import { AdminAccounts } from "@effect-glowmarkt/core/AdminAccounts"
import type { CallError, InvalidInput } from "@effect-glowmarkt/core/GlowmarktError"
import { AccountId, ApplicationId } from "@effect-glowmarkt/core/Identifier"
import type * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { PlanMismatch, PlanNeeded, Row, Summary } from "./ApplyResult.js"
import * as Consent from "./Consent.js"
import * as Converge from "./Converge.js"
import type { Definition, Input } from "./CsvInput.js"
import type { Finding } from "./Finding.js"
import * as inputFromAudit from "./internal/audit/inputFromAudit.js"
import * as auditRowGuard from "./internal/flows/auditRowGuard.js"
import * as canonicalId from "./internal/flows/canonicalId.js"
import { loadParameters, remaining } from "./internal/plan/runParameters.js"
import type { InvalidPlan, Plan } from "./Plan.js"
import * as PlannedFlow from "./PlannedFlow.js"
import type { Run, RunId, RunMismatch, RunNotFound, RunUnfinished } from "./Run.js"
import type { RunStore } from "./RunStore.js"
import type { RunStoreError } from "./RunStoreError.js"

/**
 * The application whose accounts may be made inactive. Other accounts are skipped.
 *
 * @since 0.1.0
 * @category models
 */
export const Parameters = Schema.Struct({ applicationId: ApplicationId })

/**
 * The application whose accounts may be made inactive.
 *
 * @since 0.1.0
 * @category models
 */
export interface Parameters extends Schema.Schema.Type<typeof Parameters> {}

/**
 * A CSV row. Every column except the id must match the account.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Wanted = Schema.Struct({
  accountId: Schema.compose(canonicalId.InCell, AccountId),
  ...auditRowGuard.expectedColumns
})

/**
 * A CSV row.
 *
 * @since 0.1.0
 * @category models
 */
export interface Wanted extends Schema.Schema.Type<typeof Wanted> {}

const readAccount = ({ accountId }: Wanted, { applicationId }: Parameters) =>
  Effect.map(Converge.getOwnState(accountId, applicationId), (seen) => auditRowGuard.currentState(seen, applicationId))

const isSatisfied = ({ listStatus, liveStatus }: auditRowGuard.Read) =>
  listStatus === "inactive" && liveStatus === "inactive"

// This flow is not exported, because `PlannedFlow.apply` does not require consent.
const flow = PlannedFlow.make({
  name: "offboardAccounts",
  parameters: Parameters,
  row: Wanted,
  key: ({ accountId }) => accountId,
  expected: {
    accountId: "an account id",
    applicationId: "the account's application id (optional)",
    username: "the account's user name (optional)",
    listStatus: "the status in the account list (optional)",
    liveStatus: "the live status (optional)",
    updatedAt: "the last update, such as 2026-03-14T09:15:00.000Z (optional)",
    tokenExpiryDate: "the directory token's expiry, such as 2026-03-14T09:15:00.000Z (optional)"
  },
  state: auditRowGuard.Read,
  read: (
    wanted,
    parameters
  ): Effect.Effect<auditRowGuard.Read, CallError | InvalidInput | Converge.Refused, AdminAccounts> =>
    readAccount(wanted, parameters).pipe(
      Effect.flatMap((read) => auditRowGuard.checkUnchanged(wanted, read)),
      Effect.catchTag("AccountNotFound", Converge.refuseMissing)
    ),
  isSatisfied,
  isPartial: ({ planned, read }) =>
    read.username === planned.username && auditRowGuard.isBecomingInactive(planned, read),
  write: ({ read, wanted }, parameters) =>
    Effect.flatMap(AdminAccounts, (admin) =>
      Converge.converge({
        // `read` has already checked the account and its application.
        before: read,
        read: readAccount(wanted, parameters),
        isSatisfied,
        write: () => admin.remove(wanted.accountId),
        wanted: "the account inactive"
      })
    ),
  describe: ({ listStatus, liveStatus, updatedAt, username }) =>
    `make inactive: ${username ?? "a user without a name"}, currently ${liveStatus ?? listStatus ?? "of unknown status"}${
      updatedAt === null ? "" : `, last updated ${DateTime.formatIsoDateUtc(updatedAt)}`
    }`,
  earlierDescriptions: [
    ({ listStatus, liveStatus, updatedAt, username }) =>
      `make inactive: ${username ?? "a user without name"}, ${liveStatus ?? listStatus ?? "of unknown status"} now${
        updatedAt === null ? "" : `, last updated ${DateTime.formatIsoDateUtc(updatedAt)}`
      }`
  ]
})

/**
 * The expected CSV columns.
 *
 * @since 0.1.0
 * @category constants
 */
export const input: Definition<Wanted> = flow.input

/**
 * Selects the accounts of a finished audit that have any of these findings, as if read from the
 * audit's CSV. Elements without a readable id become problems.
 *
 * @example
 * ```ts
 * import { OffboardAccounts, type Run } from "@effect-glowmarkt/runner"
 *
 * const dormant = (runId: Run.RunId) => OffboardAccounts.fromAudit(runId, ["dormant"])
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromAudit: (
  runId: RunId,
  findings: Arr.NonEmptyReadonlyArray<Finding>
) => Effect.Effect<Input<Wanted>, RunMismatch | RunNotFound | RunUnfinished | RunStoreError, RunStore> = (
  runId,
  findings
) => Effect.map(inputFromAudit.rowsWith(runId, findings), (rows) => inputFromAudit.toInput(input, rows))

/**
 * Plans which accounts to make inactive. Writes nothing to the server.
 *
 * @example
 * ```ts
 * import type { Identifier } from "@effect-glowmarkt/core"
 * import { OffboardAccounts, type Run } from "@effect-glowmarkt/runner"
 * import { Effect } from "effect"
 *
 * const planDormant = (runId: Run.RunId, applicationId: Identifier.ApplicationId) =>
 *   Effect.flatMap(OffboardAccounts.fromAudit(runId, ["dormant"]), (input) =>
 *     OffboardAccounts.plan({ ...input, parameters: { applicationId } })
 *   )
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const plan = (
  options: PlannedFlow.PlanOptions<Parameters, Wanted>
): Effect.Effect<Plan, CallError, AdminAccounts> => PlannedFlow.plan(flow, options)

/**
 * The required consent, for exactly `plan.header.counts.change` accounts.
 *
 * @since 0.1.0
 * @category models
 */
export interface ConsentOptions {
  readonly consent: Consent.Consent
}

/**
 * Makes the accounts of a plan inactive, with consent.
 *
 * @example
 * ```ts
 * import { Consent, OffboardAccounts, type Plan } from "@effect-glowmarkt/runner"
 *
 * const apply = (plan: Plan.Plan, confirmed: number) =>
 *   OffboardAccounts.apply(plan, { consent: Consent.deletions(confirmed) })
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const apply = (
  plan: Plan,
  options: PlannedFlow.ApplyOptions & ConsentOptions
): Effect.Effect<
  Summary,
  Consent.ConsentMismatch | InvalidPlan | PlanMismatch | PlanNeeded | CallError | RunMismatch | RunStoreError,
  AdminAccounts | RunStore
> =>
  Effect.zipRight(Consent.check(consentOf(options), plan.header.counts.change), PlannedFlow.apply(flow, plan, options))

/**
 * Checks the consent and stores the entries of a plan, without sending anything. {@link applyFlow}
 * does the rest of what {@link apply} does.
 *
 * @example
 * ```ts
 * import { Consent, OffboardAccounts, type Plan } from "@effect-glowmarkt/runner"
 *
 * const store = (plan: Plan.Plan, confirmed: number) =>
 *   OffboardAccounts.list(plan, { consent: Consent.deletions(confirmed) })
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const list = (
  plan: Plan,
  options: PlannedFlow.ApplyOptions & ConsentOptions
): Effect.Effect<Run, Consent.ConsentMismatch | InvalidPlan | PlanMismatch | RunMismatch | RunStoreError, RunStore> =>
  Effect.zipRight(Consent.check(consentOf(options), plan.header.counts.change), PlannedFlow.list(flow, plan, options))

/**
 * Applies a plan stored by {@link list} in parts, for `Flow.work` and `Flow.finish`.
 *
 * @since 0.1.0
 * @category constants
 */
export const applyFlow = PlannedFlow.toFlow(flow)

// Callers in JavaScript can omit the consent.
const consentOf = (options: Partial<ConsentOptions> | undefined) => options?.consent ?? Consent.deletions(0)

/**
 * Resumes an unfinished run. The consent is for its remaining accounts: `remaining` from
 * `PlannedFlow.inspect`.
 *
 * @example
 * ```ts
 * import { Consent, OffboardAccounts, Run } from "@effect-glowmarkt/runner"
 *
 * const resumed = OffboardAccounts.resume(Run.RunId.make("march"), { consent: Consent.deletions(3) })
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const resume = (
  runId: RunId,
  options: PlannedFlow.ResumeOptions & ConsentOptions
): Effect.Effect<
  Summary,
  Consent.ConsentMismatch | PlanNeeded | CallError | RunNotFound | RunMismatch | RunStoreError,
  AdminAccounts | RunStore
> =>
  loadParameters(flow, runId, options?.target ?? {}).pipe(
    Effect.zipRight(remaining(runId)),
    Effect.flatMap((deletions) => Consent.check(consentOf(options), deletions)),
    Effect.zipRight(PlannedFlow.resume(flow, runId, options))
  )

/**
 * Streams the subjects of a run, as `PlannedFlow.rows` does.
 *
 * @example
 * ```ts
 * import { OffboardAccounts, Run } from "@effect-glowmarkt/runner"
 * import { Stream } from "effect"
 *
 * const count = Stream.runCount(OffboardAccounts.rows(Run.RunId.make("march")))
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const rows = (runId: RunId): Stream.Stream<Row, RunMismatch | RunNotFound | RunStoreError, RunStore> =>
  PlannedFlow.rows(flow, runId)
