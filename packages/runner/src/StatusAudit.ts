/**
 * Audits the status of every account: reads the account list, reads each account's live status, and
 * reports findings.
 *
 * Every list element becomes exactly one row, in list order. An element that cannot be read as an
 * account is `undetermined`. An account with an unreadable field is audited, and the row's error
 * names the field. An id that is listed twice has two rows, because the list is reported as it is.
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
import * as Finding from "./Finding.js"
import * as Flow from "./Flow.js"
import * as internalCount from "./internal/audit/countFindings.js"
import * as selectAccounts from "./internal/audit/selectAccounts.js"
import { DurationText } from "./internal/text/durationText.js"
import type { Limits } from "./Limits.js"
import { Target } from "./Plan.js"
import { RunId, type RunMismatch, type RunNotFound, RunUnfinished } from "./Run.js"
import { RunStore } from "./RunStore.js"
import type { RunStoreError } from "./RunStoreError.js"
import type { RunContext } from "./Step.js"
import * as Step from "./Step.js"

/**
 * The thresholds of the audit (see `Finding.Thresholds`), the accounts it covers, and the server
 * (see `Plan.Target`).
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
 * The parameters of an audit.
 *
 * @since 0.1.0
 * @category models
 */
export interface Parameters extends Schema.Schema.Type<typeof Parameters> {}

/**
 * The default thresholds: dormant after 180 days, expiring within 7.
 *
 * @since 0.1.0
 * @category constants
 */
export const defaults: Parameters = { dormantFor: Duration.days(180), expiringWithin: Duration.days(7) }

const count = Schema.NonNegativeInt

/**
 * The number of accounts with each finding. Older audits have no `unrecognised`.
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
 * The summary of an audit. `counts` has every finding, including those with 0; an account with two
 * findings counts twice. `errors` counts the rows with an error by its kind. `listed` is the length
 * of the account list if the audit covered only part of it.
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
 * The fields of a {@link Summary} that are counted from the recorded results.
 *
 * @since 0.1.0
 * @category models
 */
export interface FindingCounts extends Pick<Summary, "counts" | "errors" | "total"> {}

const toListElement = Either.match({
  onRight: (account: Account): AuditRow.ListElement => ({ _tag: "Account", account }),
  onLeft: ({ accountId, problem, readable }: UnreadableAccount): AuditRow.ListElement =>
    readable === undefined
      ? {
          _tag: "Unreadable",
          problem,
          ...Option.match(accountId, { onNone: () => ({}), onSome: (accountId) => ({ accountId }) })
        }
      : { _tag: "Account", account: readable, problem }
})

const listAccounts = Stream.unwrap(Effect.map(AdminAccounts, (admin) => Stream.map(admin.stream, toListElement)))

const listProblem = (problem: string): Finding.Problem => ({
  kind: "UnreadableAccount",
  message: `in the account list, ${problem}`
})

const audit = Step.retried(
  (
    subject: AuditRow.ListElement,
    { parameters, startedAt }: RunContext<Parameters>
  ): Effect.Effect<AuditRow.AuditResult, AccountNotFound | InvalidInput | CallError, AdminAccounts> => {
    if (subject._tag === "Unreadable") {
      return Effect.succeed({
        findings: ["undetermined"],
        problem: listProblem(subject.problem)
      })
    }
    if (subject._tag === "Unlisted") {
      return Effect.succeed({
        findings: ["undetermined"],
        problem: { kind: "NotListed", message: "this account id is not in the list" }
      })
    }
    const { account, problem: unread } = subject
    const { applicationId, dormantFor, expiringWithin } = parameters
    return Effect.flatMap(AdminAccounts, (admin) =>
      Effect.map(admin.status(account.accountId), (answer): AuditRow.AuditResult => {
        const { findings, problem = unread === undefined ? undefined : listProblem(unread) } = Finding.ofStatus(
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
  Finding.ofError
)

/**
 * The audit as a flow, to compose with others; most programs want {@link run}. Rows with an error
 * have the outcome `failed`.
 *
 * @since 0.1.0
 * @category constants
 */
export const flow: Flow.Flow<
  Parameters,
  AuditRow.ListElement,
  AuditRow.AuditResult,
  CallError | RunStoreError,
  AdminAccounts | RunStore
> = Flow.make({
  name: "statusAudit",
  parameters: Parameters,
  defaults,
  subject: AuditRow.ListElement,
  result: AuditRow.AuditResult,
  subjects: (run) => selectAccounts.select(listAccounts, run),
  step: audit,
  retriedBy: "run",
  outcome: ({ problem }) => (problem === undefined ? "done" : "failed"),
  requests: ({ _tag }) => (_tag === "Account" ? 1 : 0),
  read: audit
})

/**
 * Options of an audit.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options extends Limits {
  /** The run to resume, or the id of a new run. Default: a new id. */
  readonly runId?: RunId | undefined
  /**
   * An account not updated for this long is `dormant`. Default: 180 days, or the resumed run's
   * value.
   */
  readonly dormantFor?: Duration.DurationInput | undefined
  /**
   * A directory token that expires within this time is `tokenExpiring`. Default: 7 days, or the
   * resumed run's value.
   */
  readonly expiringWithin?: Duration.DurationInput | undefined
  /** Audits only these accounts. An id that is not in the list is `undetermined`. */
  readonly only?: Iterable<AccountId> | undefined
  /**
   * Audits only listed accounts that match. Elements that cannot be read as an account are
   * included.
   */
  readonly where?: AccountFilter.AccountFilter | undefined
  /**
   * Audits only this many of the selected accounts, chosen at random. The same run id and list give
   * the same accounts.
   */
  readonly sample?: number | undefined
  /**
   * The server and application, as far as known. An audit is not resumed if its target is different
   * or unknown.
   */
  readonly target?: Target | undefined
}

/**
 * Audits every account, or resumes an audit.
 *
 * Fails if the list cannot be read (`AccessDenied` for wrong credentials, `TransportError` for an
 * unreachable server, …). If one account's status cannot be read, that is a finding. The run waits
 * out outages. It also fails if an outage outlasts `maxOutage`, or if the credentials are refused
 * for several accounts in a row. These refusals are not recorded, and the same run id resumes the
 * audit. Fails with `RunMismatch` and `RunStoreError` as `Flow.run` does.
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
  const { runId } = yield* Flow.run(flow, { ...options, parameters: parametersOf(options) })
  return yield* Effect.catchTags(summary(runId), { RunNotFound: Effect.die, RunUnfinished: Effect.die })
})

/**
 * Returns the flow's parameters for these options, without those that are not given. {@link run}
 * passes them to `Flow.run`; a cluster submits them.
 *
 * @example
 * ```ts
 * import { Flow, StatusAudit } from "@effect-glowmarkt/runner"
 *
 * const opened = Flow.open(StatusAudit.flow, { parameters: StatusAudit.parametersOf({ dormantFor: "90 days" }) })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const parametersOf = ({
  dormantFor,
  expiringWithin,
  only,
  sample,
  target = {},
  where
}: Omit<Options, keyof Limits | "runId">): NonNullable<Flow.RunOptions<Parameters>["parameters"]> => ({
  dormantFor: dormantFor === undefined ? undefined : Duration.decode(dormantFor),
  expiringWithin: expiringWithin === undefined ? undefined : Duration.decode(expiringWithin),
  // Sorted, because the order of the ids does not matter for the comparison with a recorded run.
  only: only === undefined ? undefined : Arr.sort(Arr.dedupe(only), Order.string),
  where,
  sample,
  ...target
})

/**
 * Reads the summary of a finished audit from the store.
 *
 * @example
 * ```ts
 * import { Run, StatusAudit } from "@effect-glowmarkt/runner"
 *
 * const summary = StatusAudit.summary(Run.RunId.make("nightly"))
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const summary = Effect.fn("StatusAudit.summary")(function* (
  runId: RunId
): Effect.fn.Return<Summary, RunNotFound | RunUnfinished | RunStoreError, RunStore> {
  const store = yield* RunStore
  const found = yield* store.get(runId)
  const { finishedAt, startedAt } = found
  if (finishedAt === undefined) return yield* RunUnfinished.of(found)
  const recorded = yield* countFindings(runId)
  const listed = yield* selectAccounts.listLength(store, runId)
  return new Summary({
    runId,
    startedAt,
    finishedAt,
    ...recorded,
    ...Option.match(listed, { onNone: () => ({}), onSome: (listed) => ({ listed }) })
  })
})

/**
 * Counts the recorded findings of an audit so far. The store does the counting, so no rows are
 * read. For an unknown run, all counts are zero.
 *
 * @example
 * ```ts
 * import { Run, StatusAudit } from "@effect-glowmarkt/runner"
 *
 * const sofar = StatusAudit.countFindings(Run.RunId.make("nightly"))
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const countFindings = (runId: RunId): Effect.Effect<FindingCounts, RunStoreError, RunStore> =>
  Effect.flatMap(RunStore, (store) => internalCount.countFindings(store, runId))

/**
 * Streams the rows of an audit in list order, in pages, so that memory use is constant. In an
 * unfinished run, accounts without a result are `undetermined` with the error `Unprocessed`.
 *
 * @example
 * ```ts
 * import { Run, StatusAudit } from "@effect-glowmarkt/runner"
 * import { Stream } from "effect"
 *
 * const unhealthy = StatusAudit.rows(Run.RunId.make("nightly")).pipe(
 *   Stream.filter(({ findings }) => !findings.includes("healthy"))
 * )
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const rows = (
  runId: RunId
): Stream.Stream<AuditRow.AuditRow, RunMismatch | RunNotFound | RunStoreError, RunStore> =>
  Stream.map(Flow.rows(flow, runId), ({ result, subject }) => AuditRow.make(subject, result))
