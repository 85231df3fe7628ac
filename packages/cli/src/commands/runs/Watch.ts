/**
 * Runs `glowmarkt runs watch`: shows the progress of a run on workers, then reports on it.
 *
 * @since 0.1.0
 */
import type * as Run from "@effect-glowmarkt/runner/Run"
import * as RunStore from "@effect-glowmarkt/runner/RunStore"
import * as StatusAudit from "@effect-glowmarkt/runner/StatusAudit"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { AfterSubmitting, StoreFlags } from "../../args/RunFlags.js"
import { UsageError } from "../../exit/CommandError.js"
import * as ClusterLayer from "../../run/ClusterLayer.js"
import * as FlowRegistry from "../../run/FlowRegistry.js"
import * as RunSession from "../../run/RunSession.js"
import * as StoreSelection from "../../run/StoreSelection.js"
import * as SubmittedRun from "../../run/SubmittedRun.js"
import * as ApplyReport from "../apply/ApplyReport.js"
import * as AuditReport from "../audit/AuditReport.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface ReportOptions extends AuditReport.ReportOptions, SubmittedRun.ViewFlags {
  readonly runId: Run.RunId
}

/** Returns the flow that makes the changes of a run. Fails if this program does not know it. */
const changeOf = ({ flow, runId }: Run.Run) =>
  Option.match(FlowRegistry.find(flow), {
    onSome: Effect.succeed,
    onNone: () =>
      new UsageError({
        message: `Run ${runId} uses the flow ${flow}, which glowmarkt does not know.\nWatch it with the program that submitted it.`
      })
  })

const isAudit = ({ flow }: Run.Run) => flow === StatusAudit.flow.name

const getRun = (runId: Run.RunId) => Effect.flatMap(RunStore.RunStore, (store) => store.get(runId))

/**
 * Checks that the results can be written.
 *
 * @since 0.1.0
 * @category running
 */
export const prepare = Effect.fnUntraced(function* (options: ReportOptions) {
  const { runId } = options
  const run = yield* getRun(runId)
  if (isAudit(run)) return yield* AuditReport.prepare(options, runId, [])
  if (Option.isSome(options.formats) || Option.isSome(options.failOn)) {
    return yield* new UsageError({
      message: `--format and --fail-on are for audits, and run ${runId} is not an audit (${run.flow}).\nLeave them out.`
    })
  }
  yield* ApplyReport.prepare(options, runId, [])
})

/** Watches a run until it is finished, and returns an effect that reports on it. */
const toFinish = Effect.fnUntraced(function* (
  options: ReportOptions,
  database: StoreSelection.Database,
  finishedBefore: RunSession.FinishedBefore
) {
  const { runId } = options
  const run = yield* getRun(runId)
  if (isAudit(run)) {
    const session = SubmittedRun.session(runId, "accounts", database, options)
    yield* SubmittedRun.follow(session)
    return Effect.flatMap(StatusAudit.summary(runId), (summary) =>
      RunSession.report(session)(AuditReport.report(options, summary, finishedBefore))
    )
  }
  const flow = yield* changeOf(run)
  const session = SubmittedRun.session(runId, flow.subjects, database, options)
  yield* SubmittedRun.follow(session)
  return Effect.flatMap(flow.outcome(runId), (outcome) =>
    RunSession.report(session)(ApplyReport.report(options, flow, outcome, finishedBefore))
  )
})

/**
 * Prints that a run is submitted, and watches it unless `--detach` is given.
 *
 * @since 0.1.0
 * @category running
 */
export const submitted = (
  session: ReturnType<typeof SubmittedRun.session>,
  options: ReportOptions & { readonly afterSubmitting: AfterSubmitting },
  database: StoreSelection.Database
) =>
  SubmittedRun.announce(session, options.afterSubmitting).pipe(
    Effect.flatMap(() =>
      options.afterSubmitting === "watch" ? toFinish(options, database, Option.none()) : Effect.succeed(Effect.void)
    ),
    SubmittedRun.leaveOnInterrupt(options.runId, database),
    Effect.flatten
  )

/**
 * Watches a run, or shows the results of one that is finished.
 *
 * @since 0.1.0
 * @category running
 */
export const watched = Effect.fnUntraced(function* (options: ReportOptions, database: StoreSelection.Database) {
  const { finishedAt } = yield* getRun(options.runId)
  if (finishedAt !== undefined) {
    const session = SubmittedRun.session(options.runId, "", database, options)
    yield* RunSession.checkReuse(session, finishedAt)
  }
  yield* toFinish(options, database, Option.fromNullable(finishedAt)).pipe(
    SubmittedRun.leaveOnInterrupt(options.runId, database),
    Effect.flatten
  )
})

/**
 * @since 0.1.0
 * @category running
 */
export const run = Effect.fn("glowmarkt.runs.watch")(function* ({
  run: runId,
  ...flags
}: Omit<ReportOptions, "runId"> & Pick<StoreFlags, "database"> & { readonly run: Run.RunId }) {
  const database = yield* StoreSelection.selectDatabase(flags)
  const options = { ...flags, runId }
  yield* Effect.zipRight(prepare(options), watched(options, database)).pipe(
    Effect.provide(ClusterLayer.reader(database))
  )
})
