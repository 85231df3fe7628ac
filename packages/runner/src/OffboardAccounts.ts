/**
 * Makes accounts inactive, from a CSV of `accountId` (and `applicationId`, `username` to be compared, where they are there), or from
 * what an audit found. The provider erases nothing, and has no way back.
 *
 * Nothing here deletes without a {@link Consent.Consent} for exactly the number that the plan says.
 *
 * @since 0.1.0
 */
import type { WorkflowEngine } from "@effect/workflow/WorkflowEngine"
import type { AdminAccounts } from "@effect-glowmarkt/core/AdminAccounts"
import type { CallError, InvalidInput } from "@effect-glowmarkt/core/GlowmarktError"
import { AccountId, ApplicationId } from "@effect-glowmarkt/core/Identifier"
import type * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { PlanMismatch, PlanNeeded, Row, Summary } from "./Applied.js"
import { statusWord } from "./AuditRow.js"
import * as Consent from "./Consent.js"
import * as Converge from "./Converge.js"
import { type Definition, type Input, type Row as InputRow, Problem } from "./CsvInput.js"
import type { Finding } from "./Finding.js"
import type { Pace } from "./Flow.js"
import { absent } from "./internal/absent.js"
import { recorded } from "./internal/applying.js"
import type { InvalidPlan, Plan } from "./Plan.js"
import * as PlannedFlow from "./PlannedFlow.js"
import type { RunId, RunMismatch, RunNotFound } from "./Run.js"
import type { RunStore } from "./RunStore.js"
import type { RunStoreError } from "./RunStoreError.js"
import * as StatusAudit from "./StatusAudit.js"

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

const exact = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

/**
 * A row of the CSV. Where it has a user name or an application, the account must have the same.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Wanted = Schema.Struct({
  accountId: Schema.compose(Schema.Trim, AccountId),
  applicationId: exact(Schema.compose(Schema.Trim, ApplicationId)),
  username: exact(Schema.String)
})

/**
 * @since 0.1.0
 * @category models
 */
export interface Wanted extends Schema.Schema.Type<typeof Wanted> {}

const Read = Schema.Struct({
  username: Schema.NullOr(Schema.String),
  applicationId: ApplicationId,
  listStatus: Schema.NullOr(Schema.String),
  liveStatus: Schema.NullOr(Schema.String)
})

type Read = typeof Read.Type

const seen =
  ({ applicationId }: Parameters) =>
  ({ account, status }: Converge.Seen): Read => ({
    username: account.username ?? null,
    // `seeOwn` let it pass.
    applicationId,
    listStatus: statusWord(account) ?? null,
    liveStatus: statusWord(status) ?? null
  })

const different = (field: string, said: string, found: string | null) =>
  new Converge.Refused({
    reason: `the row says ${field} ${JSON.stringify(said)}, the account has ${JSON.stringify(found)}`
  })

const asDescribed = (read: Read, { applicationId, username }: Wanted): Effect.Effect<Read, Converge.Refused> =>
  applicationId !== undefined && applicationId !== read.applicationId
    ? Effect.fail(different("applicationId", applicationId, read.applicationId))
    : username !== undefined && username !== read.username
      ? Effect.fail(different("username", username, read.username))
      : Effect.succeed(read)

// Not exported: `PlannedFlow.apply` asks nobody.
const flow = PlannedFlow.make({
  name: "offboardAccounts",
  parameters: Parameters,
  row: Wanted,
  key: ({ accountId }) => accountId,
  expected: {
    accountId: "the id of an account",
    applicationId: "the id of its application, or nothing",
    username: "its user name, or nothing"
  },
  read: Read,
  look: (wanted, parameters): Effect.Effect<Read, CallError | InvalidInput | Converge.Refused, AdminAccounts> =>
    Converge.seeOwn(wanted.accountId, parameters.applicationId).pipe(
      Effect.map(seen(parameters)),
      Effect.flatMap((read) => asDescribed(read, wanted)),
      Effect.catchTag("AccountNotFound", absent)
    ),
  isReached: ({ listStatus, liveStatus }) => listStatus === "inactive" && liveStatus === "inactive",
  act: ({ wanted }, parameters) =>
    Effect.map(Converge.ensureInactive(wanted.accountId, parameters.applicationId), seen(parameters)),
  describe: ({ listStatus, liveStatus, username }) =>
    `make inactive: ${username ?? "a user without name"}, ${liveStatus ?? listStatus ?? "of unknown status"} now`
})

/**
 * What the CSV must have.
 *
 * @since 0.1.0
 * @category input
 */
export const input: Definition<Wanted> = flow.input

const decodeWanted = Schema.decodeUnknownEither(Wanted)

/**
 * The accounts of an audit that have all of these findings, as if they were read from a CSV. Elements that the audit could not
 * read the id of are problems.
 *
 * @since 0.1.0
 * @category input
 */
export const fromAudit = (
  runId: RunId,
  findings: Arr.NonEmptyReadonlyArray<Finding>
): Effect.Effect<Input<Wanted>, RunMismatch | RunNotFound | RunStoreError, RunStore> =>
  StatusAudit.rows(runId).pipe(
    Stream.zipWithIndex,
    Stream.filter(([row]) => findings.every((finding) => row.findings.includes(finding))),
    Stream.runFold({ rows: new Map<string, InputRow<Wanted>>(), problems: [] as Problem[] }, (all, [row, i]) => {
      const { accountId = "", applicationId, username } = row
      const wanted = decodeWanted({
        accountId,
        ...(applicationId === undefined ? {} : { applicationId }),
        ...(username === undefined ? {} : { username })
      })
      // The audit's CSV has its header on line 1.
      const line = i + 2
      if (Either.isRight(wanted)) {
        const cells = { accountId, username: username ?? "", findings: row.findings.join(" ") }
        // What is listed twice is made inactive once.
        all.rows.set(accountId, all.rows.get(accountId) ?? { line, cells, value: wanted.right })
      } else {
        all.problems.push(
          new Problem({
            line,
            column: "accountId",
            value: accountId,
            problem: "the audit could not read it",
            remedy: "look at the account by hand"
          })
        )
      }
      return all
    }),
    Effect.map(({ problems, rows }) => ({ rows: [...rows.values()], problems }))
  )

/**
 * Says which accounts would be made inactive. Writes nothing to the server.
 *
 * @since 0.1.0
 * @category planning
 */
export const plan = (
  options: PlannedFlow.PlanOptions<Parameters, Wanted>
): Effect.Effect<Plan, CallError | InvalidInput, AdminAccounts> => PlannedFlow.plan(flow, options)

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
  { consent, ...options }: PlannedFlow.ApplyOptions & Consenting
): Effect.Effect<
  Summary,
  Consent.ConsentMismatch | InvalidPlan | PlanMismatch | PlanNeeded | CallError | RunMismatch | RunStoreError,
  AdminAccounts | WorkflowEngine | RunStore
> => Effect.zipRight(Consent.check(consent, plan.header.counts.change), PlannedFlow.apply(flow, plan, options))

/**
 * Goes on with a run that is not finished, with consent for the same number.
 *
 * @since 0.1.0
 * @category running
 */
export const resume = (
  runId: RunId,
  { consent, ...pace }: Pace & Consenting
): Effect.Effect<
  Summary,
  Consent.ConsentMismatch | PlanNeeded | CallError | RunNotFound | RunMismatch | RunStoreError,
  AdminAccounts | WorkflowEngine | RunStore
> =>
  recorded(flow, runId).pipe(
    Effect.flatMap(({ counts }) => Consent.check(consent, counts.change)),
    Effect.zipRight(PlannedFlow.resume(flow, runId, pace))
  )

/**
 * As `PlannedFlow.rows`.
 *
 * @since 0.1.0
 * @category running
 */
export const rows = (runId: RunId): Stream.Stream<Row, RunMismatch | RunNotFound | RunStoreError, RunStore> =>
  PlannedFlow.rows(flow, runId)
