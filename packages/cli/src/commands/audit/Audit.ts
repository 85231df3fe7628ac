/**
 * Runs `glowmarkt audit`.
 *
 * @since 0.1.0
 */
import * as AccountFilter from "@effect-glowmarkt/runner/AccountFilter"
import * as Run from "@effect-glowmarkt/runner/Run"
import * as StatusAudit from "@effect-glowmarkt/runner/StatusAudit"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { AdminScheme } from "../../args/Auth.js"
import * as Lazy from "../../args/Lazy.js"
import type { AfterSubmitting, LimitFlags, StoreFlags } from "../../args/RunFlags.js"
import * as CredentialResolver from "../../config/CredentialResolver.js"
import * as ResumeCommand from "../../run/ResumeCommand.js"
import * as RunLimits from "../../run/RunLimits.js"
import * as RunSession from "../../run/RunSession.js"
import * as Store from "../../run/Store.js"
import * as StorePath from "../../run/StorePath.js"
import * as StoreSelection from "../../run/StoreSelection.js"
import * as AccountIds from "./AccountIds.js"
import * as AuditReport from "./AuditReport.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface AuditOptions extends LimitFlags, StoreFlags, AuditReport.ReportOptions {
  readonly afterSubmitting: AfterSubmitting
  readonly dormantDays: Option.Option<number>
  readonly expiringDays: Option.Option<number>
  readonly only: Option.Option<AccountIds.AccountIds>
  readonly where: Option.Option<AccountFilter.AccountFilter>
  readonly sample: Option.Option<number>
  readonly run: Option.Option<Run.RunId>
  readonly progress: "shown" | "quiet"
  readonly auth: Option.Option<AdminScheme>
}

const days = (value: Option.Option<number>) => Option.getOrUndefined(Option.map(value, Duration.days))

/**
 * Returns the commands to print, with every option that was given. Only `restart` selects accounts,
 * because a run that has started already has its list.
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

const accountIdFile = Lazy.module(() => import("./AccountIdFile.js"))

const idsOf = AccountIds.$match({
  Ids: ({ ids }) => Effect.succeed(ids),
  File: ({ path }) => Effect.flatMap(accountIdFile, ({ read }) => read(path))
})

const inputsOf = Option.match({
  onNone: () => [],
  onSome: AccountIds.$match({ Ids: () => [], File: ({ path }) => [path] })
})

const submitAudit = Lazy.module(() => import("./SubmitAudit.js"))

const start = Effect.fn("glowmarkt.audit")(function* (options: AuditOptions, finished: RunSession.Session["finished"]) {
  const selection = yield* StoreSelection.selectToRun(options)
  const runId = Option.isSome(options.run) ? options.run.value : yield* Run.makeRunId(StatusAudit.flow.name)
  yield* AuditReport.prepare(options, runId, inputsOf(options.only))
  const only = yield* Effect.transposeOption(Option.map(options.only, idsOf))
  const about = {
    target: yield* CredentialResolver.target,
    dormantFor: days(options.dormantDays),
    expiringWithin: days(options.expiringDays),
    only: Option.getOrUndefined(only),
    where: Option.getOrUndefined(options.where),
    sample: Option.getOrUndefined(options.sample)
  }
  if (selection._tag === "Database") {
    const { run } = yield* submitAudit
    return yield* run(options, { about, database: selection, runId })
  }
  const store = yield* StorePath.prepare(options.store)
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
    StatusAudit.run({ runId, ...about, ...RunLimits.fromFlags(options) }).pipe(
      RunSession.attempt(session, finishedBefore),
      Effect.flatMap((summary) => RunSession.report(session)(AuditReport.report(options, summary, finishedBefore)))
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
