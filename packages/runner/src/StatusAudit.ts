/**
 * The audit of every account's status: reads the list, reads each account's own status, and says
 * what it finds.
 *
 * Every element of the list is exactly one row, in the order of the list. An
 * element that could not be read as an account is a row with the finding `undetermined`; one of which only some field could not be
 * read is audited, and the field is the row's error. An id that is listed
 * twice is two rows: the list is evidence, and is reported as it is.
 *
 * @since 0.1.0
 */

import type { Account } from "@effect-glowmarkt/core/Account"
import type { UnreadableAccount } from "@effect-glowmarkt/core/AccountList"
import { AdminAccounts } from "@effect-glowmarkt/core/AdminAccounts"
import type { AccountNotFound, CallError, InvalidInput } from "@effect-glowmarkt/core/GlowmarktError"
import { AccountId } from "@effect-glowmarkt/core/Identifier"
import * as Arr from "effect/Array"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Order from "effect/Order"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as AccountFilter from "./AccountFilter.js"
import * as AuditRow from "./AuditRow.js"
import * as Classification from "./Classification.js"
import * as Flow from "./Flow.js"
import * as countFindings from "./internal/audit/countFindings.js"
import { DurationText } from "./internal/audit/durationText.js"
import * as selectAccounts from "./internal/audit/selectAccounts.js"
import type { Limits } from "./Limits.js"
import { Target } from "./Plan.js"
import { RunId, type RunMismatch, type RunNotFound } from "./Run.js"
import { RunStore } from "./RunStore.js"
import type { RunStoreError } from "./RunStoreError.js"
import type { RunContext } from "./Step.js"
import * as Step from "./Step.js"

/**
 * Where the audit draws its lines, see `Classification.Lines`; which accounts it is about; and what is known of the server, see
 * `Plan.Target`.
 *
 * @since 0.1.0
 * @category models
 */
export const Parameters = Schema.Struct({
  dormantFor: DurationText,
  expiringWithin: DurationText,
  only: Schema.optionalWith(Schema.Array(AccountId), { exact: true }),
  where: Schema.optionalWith(AccountFilter.FromText, { exact: true }),
  sample: Schema.optionalWith(Schema.Int.pipe(Schema.positive()), { exact: true }),
  ...Target.fields
})

/**
 * @since 0.1.0
 * @category models
 */
export interface Parameters extends Schema.Schema.Type<typeof Parameters> {}

/**
 * Dormant after 180 days, expiring within 7.
 *
 * @since 0.1.0
 * @category models
 */
export const defaults: Parameters = { dormantFor: Duration.days(180), expiringWithin: Duration.days(7) }

const count = Schema.NonNegativeInt

/**
 * How many accounts have each finding. Audits from before there was `unrecognised` have none of it.
 *
 * @since 0.1.0
 * @category models
 */
export const Counts = Schema.Struct({
  healthy: count,
  inactive: count,
  unrecognised: Schema.optionalWith(count, { exact: true, default: () => 0 }),
  mismatch: count,
  tokenExpired: count,
  tokenExpiring: count,
  dormant: count,
  missing: count,
  denied: count,
  undetermined: count
})

/**
 * What an audit comes to. `counts` has every finding, also those that did not
 * occur; an account with two findings counts twice. `errors` counts the rows with an error by its
 * kind. `listed` is how many the list has, where the audit was about some of them.
 *
 * @since 0.1.0
 * @category models
 */
export class Summary extends Schema.Class<Summary>("@effect-glowmarkt/runner/StatusAudit/Summary")({
  runId: RunId,
  startedAt: Schema.DateTimeUtc,
  finishedAt: Schema.DateTimeUtc,
  total: Schema.NonNegativeInt,
  listed: Schema.optionalWith(Schema.NonNegativeInt, { exact: true }),
  counts: Counts,
  errors: Schema.Record({ key: Schema.String, value: Schema.NonNegativeInt })
}) {}

/**
 * What is recorded of an audit, as in its {@link Summary}.
 *
 * @since 0.1.0
 * @category models
 */
export interface Tally extends Pick<Summary, "counts" | "errors" | "total"> {}

const listed = Either.match({
  onRight: (account: Account): AuditRow.Listed => ({ _tag: "Account", account }),
  onLeft: ({ accountId, problem, readable }: UnreadableAccount): AuditRow.Listed =>
    readable === undefined
      ? {
          _tag: "Unreadable",
          problem,
          ...Option.match(accountId, { onNone: () => ({}), onSome: (accountId) => ({ accountId }) })
        }
      : { _tag: "Account", account: readable, problem }
})

const list = Stream.unwrap(Effect.map(AdminAccounts, (admin) => Stream.map(admin.stream, listed)))

const asListed = (problem: string): Classification.Problem => ({
  kind: "UnreadableAccount",
  message: `as listed, ${problem}`
})

const audit = Step.retried(
  (
    subject: AuditRow.Listed,
    { parameters, startedAt }: RunContext<Parameters>
  ): Effect.Effect<AuditRow.Audited, AccountNotFound | InvalidInput | CallError, AdminAccounts> => {
    if (subject._tag === "Unreadable") {
      return Effect.succeed({
        findings: ["undetermined"],
        problem: asListed(subject.problem)
      })
    }
    if (subject._tag === "Unlisted") {
      return Effect.succeed({
        findings: ["undetermined"],
        problem: { kind: "NotListed", message: "there is no account of this id in the list" }
      })
    }
    const { account, problem: unread } = subject
    const { applicationId, dormantFor, expiringWithin } = parameters
    return Effect.flatMap(AdminAccounts, (admin) =>
      Effect.map(admin.status(account.accountId), (answer): AuditRow.Audited => {
        const { findings, problem = unread === undefined ? undefined : asListed(unread) } = Classification.ofStatus(
          account,
          answer,
          { now: startedAt, dormantFor, expiringWithin, applicationId }
        )
        if (findings[0] === "undetermined") return problem === undefined ? { findings } : { findings, problem }
        const live = AuditRow.live(answer)
        return problem === undefined ? { findings, live } : { findings, live, problem }
      })
    )
  },
  Classification.ofError
)

/**
 * The audit as a flow, for programs that put their own around it; most want {@link run}.
 * Rows with an error have the outcome `failed`.
 *
 * @since 0.1.0
 * @category flows
 */
export const flow: Flow.Flow<
  Parameters,
  AuditRow.Listed,
  AuditRow.Audited,
  CallError | RunStoreError,
  AdminAccounts | RunStore
> = Flow.make({
  name: "statusAudit",
  parameters: Parameters,
  defaults,
  subject: AuditRow.Listed,
  result: AuditRow.Audited,
  subjects: (run) => selectAccounts.of(list, run),
  step: audit,
  retriedBy: "run",
  outcome: ({ problem }) => (problem === undefined ? "done" : "failed"),
  requests: ({ _tag }) => (_tag === "Account" ? 1 : 0),
  read: audit
})

/**
 * @since 0.1.0
 * @category models
 */
export interface Options extends Limits {
  /** A run to resume, or the name of a new one. Absent: a new name. */
  readonly runId?: RunId | undefined
  /** Without an update for longer than this an account is `dormant` (180 days, or what the resumed run has). */
  readonly dormantFor?: Duration.DurationInput | undefined
  /** A directory token that ends within this is `tokenExpiring` (7 days, or what the resumed run has). */
  readonly expiringWithin?: Duration.DurationInput | undefined
  /** Only the accounts of these ids. One that is not in the list is `undetermined`. */
  readonly only?: Iterable<AccountId> | undefined
  /** Only accounts that meet this, as they are listed. What cannot be read as an account is audited, too. */
  readonly where?: AccountFilter.AccountFilter | undefined
  /** Only so many, drawn from those: the same for the same run id and list. */
  readonly sample?: number | undefined
  /** What is known of the server: an audit that was begun at another one, or at an unknown one, is not resumed here. */
  readonly target?: Target | undefined
}

/**
 * Audits every account, or resumes an audit.
 *
 * A failure to read the list (`AccessDenied` for wrong credentials, `TransportError` for
 * an unreachable server, …) is the failure of the run; a failure to read one account's status is a finding of that account.
 * An outage is waited out; if it lasts longer than `maxOutage`, or if the credentials are refused for one account after the
 * other, that is the run's failure, too, and nothing of it is recorded: the same run id goes on later.
 * `RunMismatch` and `RunStoreError` as for `Flow.run`.
 *
 * @example
 * ```ts
 * import { StatusAudit } from "@effect-glowmarkt/runner"
 * import * as SqliteRunStore from "@effect-glowmarkt/runner/SqliteRunStore"
 * import { Console, Effect } from "effect"
 *
 * const program = StatusAudit.run({ dormantFor: "90 days" }).pipe(
 *   Effect.flatMap(({ counts, total }) => Console.log(`${counts.healthy} of ${total} are healthy`)),
 *   Effect.provide(SqliteRunStore.layer("runs.sqlite"))
 * )
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const run = Effect.fn("StatusAudit.run")(function* (
  options: Options = {}
): Effect.fn.Return<Summary, CallError | RunMismatch | RunStoreError, AdminAccounts | RunStore> {
  const { dormantFor, expiringWithin, only, sample, target = {}, where, ...others } = options
  const { finishedAt, startedAt, ...finished } = yield* Flow.run(flow, {
    ...others,
    parameters: {
      dormantFor: dormantFor === undefined ? undefined : Duration.decode(dormantFor),
      expiringWithin: expiringWithin === undefined ? undefined : Duration.decode(expiringWithin),
      // The order in which they are asked for does not matter.
      only: only === undefined ? undefined : Arr.sort(Arr.dedupe(only), Order.string),
      where,
      sample,
      ...target
    }
  })
  const store = yield* RunStore
  const recorded = yield* tally(finished.runId)
  const listed = yield* selectAccounts.listedOf(store, finished.runId)
  if (finishedAt === undefined) {
    return yield* Effect.dieMessage(`Flow.run returned the unfinished run ${finished.runId}`)
  }
  return new Summary({
    runId: finished.runId,
    startedAt,
    finishedAt,
    ...recorded,
    ...Option.match(listed, { onNone: () => ({}), onSome: (listed) => ({ listed }) })
  })
})

/**
 * What is recorded of an audit so far. The store counts, so that no row of it is read; of a run that there is not, it is nothing.
 *
 * @since 0.1.0
 * @category running
 */
export const tally = (runId: RunId): Effect.Effect<Tally, RunStoreError, RunStore> =>
  Effect.flatMap(RunStore, (store) => countFindings.of(store, runId))

/**
 * The rows of an audit in the order of the list, a page at a time: memory does not grow with their number.
 * Of an unfinished run, accounts not audited yet are `undetermined` with the error `Unprocessed`.
 *
 * @since 0.1.0
 * @category running
 */
export const rows = (
  runId: RunId
): Stream.Stream<AuditRow.AuditRow, RunMismatch | RunNotFound | RunStoreError, RunStore> =>
  Stream.map(Flow.rows(flow, runId), ({ result, subject }) => AuditRow.make(subject, result))
