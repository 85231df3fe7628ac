/**
 * Runs `glowmarkt audit`.
 *
 * @since 0.1.0
 */
import * as Path from "@effect/platform/Path"
import * as AccountFilter from "@effect-glowmarkt/runner/AccountFilter"
import type * as Finding from "@effect-glowmarkt/runner/Finding"
import * as Run from "@effect-glowmarkt/runner/Run"
import * as RunStore from "@effect-glowmarkt/runner/RunStore"
import * as StatusAudit from "@effect-glowmarkt/runner/StatusAudit"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { AdminScheme } from "../../args/Auth.js"
import type { Form } from "../../args/Flags.js"
import * as Lazy from "../../args/Lazy.js"
import type { LimitFlags } from "../../args/RunFlags.js"
import * as CredentialResolver from "../../config/CredentialResolver.js"
import { Unfinished, UsageError } from "../../exit/CommandError.js"
import * as OutputFile from "../../files/OutputFile.js"
import * as ResultFolder from "../../files/ResultFolder.js"
import * as ResumeCommand from "../../run/ResumeCommand.js"
import * as RunLimits from "../../run/RunLimits.js"
import * as RunSession from "../../run/RunSession.js"
import * as Store from "../../run/Store.js"
import { count, plural } from "../../terminal/Format.js"
import * as Output from "../../terminal/Output.js"
import * as AccountIds from "./AccountIds.js"
import * as AuditFlags from "./AuditFlags.js"
import * as AuditSummary from "./AuditSummary.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface AuditOptions extends LimitFlags {
  readonly out: Option.Option<string>
  readonly overwrite: "allowed" | "refused"
  readonly formats: Option.Option<ReadonlyArray<AuditFlags.Format>>
  readonly dormantDays: Option.Option<number>
  readonly expiringDays: Option.Option<number>
  readonly only: Option.Option<AccountIds.AccountIds>
  readonly where: Option.Option<AccountFilter.AccountFilter>
  readonly sample: Option.Option<number>
  readonly run: Option.Option<Run.RunId>
  readonly store: Option.Option<string>
  readonly failOn: Option.Option<ReadonlyArray<Finding.Finding>>
  readonly progress: "shown" | "quiet"
  readonly auth: Option.Option<AdminScheme>
  readonly form: Form
}

const days = (value: Option.Option<number>) => Option.getOrUndefined(Option.map(value, Duration.days))

/**
 * The commands repeat every option. Only `restart` selects accounts: a run that has begun knows its
 * own.
 */
const commandsOf = (options: AuditOptions, runId: Run.RunId, store: string): RunSession.Session["commands"] => {
  const common = {
    run: Option.some(runId),
    store: Option.as(options.store, store),
    out: options.out,
    format: options.formats,
    concurrency: options.concurrency,
    rate: options.rate,
    patience: options.patience,
    "dormant-days": options.dormantDays,
    "expiring-days": options.expiringDays,
    "fail-on": options.failOn,
    auth: options.auth,
    quiet: options.progress === "quiet",
    json: options.form === "json",
    force: options.overwrite === "allowed"
  }
  return {
    resume: ResumeCommand.make(["audit"], common),
    report: ResumeCommand.make(["runs", "resume", runId], {
      store: common.store,
      out: common.out,
      format: common.format,
      "fail-on": common["fail-on"],
      auth: common.auth,
      quiet: common.quiet,
      json: common.json,
      force: common.force
    }),
    restart: ResumeCommand.make(["audit"], {
      ...common,
      only: Option.map(options.only, AccountIds.text),
      where: Option.map(options.where, AccountFilter.format),
      sample: options.sample
    })
  }
}

// Files and their formats take long to load, and most audits need none.
const auditFiles = Lazy.module(() => import("./AuditFiles.js"))
const accountIdFile = Lazy.module(() => import("./AccountIdFile.js"))

const idsOf = AccountIds.$match({
  Ids: ({ ids }) => Effect.succeed(ids),
  File: ({ path }) => Effect.flatMap(accountIdFile, ({ read }) => read(path))
})

const encodeSummary = Schema.encodeSync(StatusAudit.Summary)

const formatsOf = ({ formats }: AuditOptions) => Option.getOrElse(formats, () => AuditFlags.allFormats)

const report = Effect.fnUntraced(function* (
  options: AuditOptions,
  summary: StatusAudit.Summary,
  finishedBefore: RunSession.FinishedBefore
) {
  const store = yield* RunStore.RunStore
  const run = yield* store.get(summary.runId)
  yield* options.form === "json"
    ? Output.jsonLine({ _tag: "Summary", ...encodeSummary(summary), ...RunSession.reused(finishedBefore) })
    : Output.data(
        AuditSummary.render(
          AuditSummary.head(summary),
          summary,
          yield* AuditSummary.thresholds(run),
          yield* Output.layout
        )
      )
  if (Option.isNone(options.out)) return
  const { writeAll } = yield* auditFiles
  const files = yield* writeAll(options.out.value, formatsOf(options), summary)
  yield* Output.note(`Wrote ${files.join(", ")}`)
})

/** Fails if the audit has something to complain about. */
const checkSummary = (options: AuditOptions, { counts, errors }: StatusAudit.Summary) => {
  const found = Option.getOrElse(options.failOn, () => []).filter((finding) => counts[finding] > 0)
  // An unreadable list entry may still have a readable status.
  const unread = errors["UnreadableAccount"] ?? 0
  const failed = Object.values(errors).reduce((sum, number) => sum + number, 0) - unread
  const complaints = [
    ...(failed > 0 ? [`The status of ${plural(failed, "account")} could not be read.`] : []),
    ...(unread > 0
      ? [`${plural(unread, "account")} could not be read from the list; see the error column of the results.`]
      : []),
    ...(found.length > 0
      ? [`--fail-on matched: ${found.map((finding) => `${finding} (${count(counts[finding])})`).join(", ")}.`]
      : [])
  ]
  return complaints.length === 0 ? Effect.void : new Unfinished({ message: complaints.join("\n") })
}

/** Checks that the results can be written, before the audit starts. */
const prepare = Effect.fnUntraced(function* (options: AuditOptions, directory: string, runId: Run.RunId) {
  const { join } = yield* Path.Path
  const { names } = yield* auditFiles
  const written = formatsOf(options).map((format) => names[format])
  const only = Option.match(options.only, {
    onNone: () => [],
    onSome: AccountIds.$match({ Ids: () => [], File: ({ path }) => [path] })
  })
  yield* OutputFile.ensureDistinct(
    written.map((name) => join(directory, name)),
    only
  )
  yield* ResultFolder.prepare({
    directory,
    kind: "audit",
    names: Object.values(names),
    written,
    runId,
    overwrite: options.overwrite
  })
})

const start = Effect.fn("glowmarkt.audit")(function* (options: AuditOptions, finished: RunSession.Session["finished"]) {
  if (Option.isSome(options.formats) && Option.isNone(options.out)) {
    return yield* new UsageError({
      message: "--format needs a directory: add --out DIR."
    })
  }
  const runId = Option.isSome(options.run) ? options.run.value : yield* Run.makeRunId(StatusAudit.flow.name)
  if (Option.isSome(options.out)) yield* prepare(options, options.out.value, runId)
  const store = yield* Store.file(options.store)
  const only = yield* Effect.transposeOption(Option.map(options.only, idsOf))

  const target = yield* CredentialResolver.target

  const session: RunSession.Session = {
    runId,
    subjects: "accounts",
    commands: commandsOf(options, runId, store),
    finished,
    view: {
      progress: options.progress,
      form: options.form,
      maxOutage: RunLimits.maxOutageOf(options),
      first: "Reading the list of accounts …"
    }
  }
  const audit = (finishedBefore: RunSession.FinishedBefore) =>
    StatusAudit.run({
      runId,
      target,
      ...RunLimits.fromFlags(options),
      dormantFor: days(options.dormantDays),
      expiringWithin: days(options.expiringDays),
      only: Option.getOrUndefined(only),
      where: Option.getOrUndefined(options.where),
      sample: Option.getOrUndefined(options.sample)
    }).pipe(
      RunSession.attempt(session, finishedBefore),
      Effect.tap((summary) => RunSession.report(session)(report(options, summary, finishedBefore))),
      Effect.flatMap((summary) => checkSummary(options, summary))
    )
  yield* Effect.flatMap(RunSession.check(runId), audit).pipe(
    Effect.provide(Store.exclusive(store, Option.some(runId))),
    Effect.provide(CredentialResolver.admin(options.auth))
  )
})

/**
 * Starts an audit, or resumes an unfinished one.
 *
 * @since 0.1.0
 * @category running
 */
export const run = (options: AuditOptions) => start(options, "refuse")

/**
 * Resumes an audit. For a finished one, shows its saved results.
 *
 * @since 0.1.0
 * @category running
 */
export const resume = (options: AuditOptions) => start(options, "report")
