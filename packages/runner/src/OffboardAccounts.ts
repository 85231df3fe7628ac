/**
 * Makes accounts inactive, from a CSV of `accountId`, or from what an audit found. The provider erases nothing, and has no way back.
 *
 * What else a row says of its account (`applicationId`, `username`, and as in the CSV of an audit `listStatus`, `liveStatus`, `updatedAt`,
 * `tokenExpiryDate`) must be so still, when the plan is made and when it is applied: an account that was used again since the audit is left alone.
 *
 * Nothing here deletes without a {@link Consent.Consent} for exactly the number that the plan says.
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
import { refuseMissing } from "./internal/flows/refuseMissing.js"
import { recorded, remaining } from "./internal/plan/runParameters.js"
import type { InvalidPlan, Plan } from "./Plan.js"
import * as PlannedFlow from "./PlannedFlow.js"
import type { RunId, RunMismatch, RunNotFound, RunUnfinished } from "./Run.js"
import type { RunStore } from "./RunStore.js"
import type { RunStoreError } from "./RunStoreError.js"

/**
 * The application whose accounts may be made inactive. An account of another one, or one that does not say, is left alone.
 *
 * @since 0.1.0
 * @category models
 */
export const Parameters = Schema.Struct({ applicationId: ApplicationId })

/**
 * @since 0.1.0
 * @category models
 */
export interface Parameters extends Schema.Schema.Type<typeof Parameters> {}

/**
 * A row of the CSV. What it has beside the id must be true of the account.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Wanted = Schema.Struct({ accountId: Schema.compose(canonicalId.InCell, AccountId), ...auditRowGuard.said })

/**
 * @since 0.1.0
 * @category models
 */
export interface Wanted extends Schema.Schema.Type<typeof Wanted> {}

const readAccount = ({ accountId }: Wanted, { applicationId }: Parameters) =>
  Effect.map(Converge.seeOwn(accountId, applicationId), (seen) => auditRowGuard.seen(seen, applicationId))

const isSatisfied = ({ listStatus, liveStatus }: auditRowGuard.Read) =>
  listStatus === "inactive" && liveStatus === "inactive"

// Not exported: `PlannedFlow.apply` asks nobody.
const flow = PlannedFlow.make({
  name: "offboardAccounts",
  parameters: Parameters,
  row: Wanted,
  key: ({ accountId }) => accountId,
  expected: {
    accountId: "the id of an account",
    applicationId: "the id of its application, or nothing",
    username: "its user name, or nothing",
    listStatus: "its status in the list, or nothing",
    liveStatus: "its own status, or nothing",
    updatedAt: "when it was updated last, as 2026-03-14T09:15:00.000Z, or nothing",
    tokenExpiryDate: "when its directory token ends, as 2026-03-14T09:15:00.000Z, or nothing"
  },
  state: auditRowGuard.Read,
  read: (
    wanted,
    parameters
  ): Effect.Effect<auditRowGuard.Read, CallError | InvalidInput | Converge.Refused, AdminAccounts> =>
    readAccount(wanted, parameters).pipe(
      Effect.flatMap((read) => auditRowGuard.confirmed(wanted, read)),
      Effect.catchTag("AccountNotFound", refuseMissing)
    ),
  isSatisfied,
  isPartial: ({ planned, read }) =>
    read.username === planned.username && auditRowGuard.isBecomingInactive(planned, read),
  write: ({ read, wanted }, parameters) =>
    Effect.flatMap(AdminAccounts, (admin) =>
      Converge.converge({
        // Read a moment ago, with its application.
        before: read,
        read: readAccount(wanted, parameters),
        isSatisfied,
        write: () => admin.remove(wanted.accountId),
        wanted: "the account inactive"
      })
    ),
  describe: ({ listStatus, liveStatus, updatedAt, username }) =>
    `make inactive: ${username ?? "a user without name"}, ${liveStatus ?? listStatus ?? "of unknown status"} now${
      updatedAt === null ? "" : `, last updated ${DateTime.formatIsoDateUtc(updatedAt)}`
    }`
})

/**
 * What the CSV must have.
 *
 * @since 0.1.0
 * @category input
 */
export const input: Definition<Wanted> = flow.input

/**
 * The accounts of a finished audit that have any of these findings, as if they were read from its CSV. Elements that the audit could
 * not read the id of are problems.
 *
 * @since 0.1.0
 * @category input
 */
export const fromAudit: (
  runId: RunId,
  findings: Arr.NonEmptyReadonlyArray<Finding>
) => Effect.Effect<Input<Wanted>, RunMismatch | RunNotFound | RunUnfinished | RunStoreError, RunStore> = (
  runId,
  findings
) => Effect.map(inputFromAudit.having(runId, findings), (rows) => inputFromAudit.read(input, rows))

/**
 * Says which accounts would be made inactive. Writes nothing to the server.
 *
 * @since 0.1.0
 * @category planning
 */
export const plan = (
  options: PlannedFlow.PlanOptions<Parameters, Wanted>
): Effect.Effect<Plan, CallError, AdminAccounts> => PlannedFlow.plan(flow, options)

/**
 * The consent without which nothing is deleted: for as many accounts as `plan.header.counts.change` says.
 *
 * @since 0.1.0
 * @category models
 */
export interface Consenting {
  readonly consent: Consent.Consent
}

/**
 * Makes the accounts of a plan inactive, with consent.
 *
 * @since 0.1.0
 * @category running
 */
export const apply = (
  plan: Plan,
  options: PlannedFlow.ApplyOptions & Consenting
): Effect.Effect<
  Summary,
  Consent.ConsentMismatch | InvalidPlan | PlanMismatch | PlanNeeded | CallError | RunMismatch | RunStoreError,
  AdminAccounts | RunStore
> =>
  Effect.zipRight(Consent.check(consentOf(options), plan.header.counts.change), PlannedFlow.apply(flow, plan, options))

// From JavaScript it may be missing.
const consentOf = (options: Partial<Consenting> | undefined) => options?.consent ?? Consent.deletions(0)

/**
 * Goes on with a run that is not finished, with consent for as many accounts as it has not come to: `remaining` of `PlannedFlow.begun`.
 *
 * @since 0.1.0
 * @category running
 */
export const resume = (
  runId: RunId,
  options: PlannedFlow.ResumeOptions & Consenting
): Effect.Effect<
  Summary,
  Consent.ConsentMismatch | PlanNeeded | CallError | RunNotFound | RunMismatch | RunStoreError,
  AdminAccounts | RunStore
> =>
  recorded(flow, runId, options?.target ?? {}).pipe(
    Effect.zipRight(remaining(runId)),
    Effect.flatMap((deletions) => Consent.check(consentOf(options), deletions)),
    Effect.zipRight(PlannedFlow.resume(flow, runId, options))
  )

/**
 * As `PlannedFlow.rows`.
 *
 * @since 0.1.0
 * @category running
 */
export const rows = (runId: RunId): Stream.Stream<Row, RunMismatch | RunNotFound | RunStoreError, RunStore> =>
  PlannedFlow.rows(flow, runId)
