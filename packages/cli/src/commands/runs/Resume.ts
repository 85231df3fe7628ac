/**
 * Runs `glowmarkt runs resume` for audits and changes.
 *
 * @since 0.1.0
 */
import type * as Finding from "@effect-glowmarkt/runner/Finding"
import * as PlannedFlow from "@effect-glowmarkt/runner/PlannedFlow"
import * as Run from "@effect-glowmarkt/runner/Run"
import * as RunStore from "@effect-glowmarkt/runner/RunStore"
import * as StatusAudit from "@effect-glowmarkt/runner/StatusAudit"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Lazy from "../../args/Lazy.js"
import * as CredentialResolver from "../../config/CredentialResolver.js"
import { UsageError } from "../../exit/CommandError.js"
import * as FlowRegistry from "../../run/FlowRegistry.js"
import * as RunLimits from "../../run/RunLimits.js"
import * as RunView from "../../run/RunView.js"
import * as Store from "../../run/Store.js"
import * as StoreSelection from "../../run/StoreSelection.js"
import * as ApplyReport from "../apply/ApplyReport.js"
import * as ApplyRun from "../apply/ApplyRun.js"
import * as Audit from "../audit/Audit.js"
import type * as AuditFlags from "../audit/AuditFlags.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface ResumeOptions extends ApplyRun.ChangeOptions {
  readonly run: Run.RunId
  readonly formats: Option.Option<ReadonlyArray<AuditFlags.Format>>
  readonly failOn: Option.Option<ReadonlyArray<Finding.Finding>>
}

const decodePlan = Schema.decodeUnknownOption(Schema.Struct({ plan: Run.RunId }))

/**
 * Returns the run that this run rolls back, if it is a rollback: resuming a rollback resumes the
 * run that it belongs to.
 */
const parentOf = ({ flow, parameters }: Run.Run): Option.Option<Run.RunId> =>
  flow.endsWith(".undo") ? Option.map(decodePlan(parameters), ({ plan }) => plan) : Option.none()

type FoundRun = Effect.Effect.Success<ReturnType<typeof findRun>>

/** Reads the run to resume and, if it applies a plan, the state of that plan. */
const findRun = Effect.fnUntraced(function* (runId: Run.RunId) {
  const store = yield* RunStore.RunStore
  const requested = yield* store.get(runId)
  const run = yield* Option.match(parentOf(requested), { onNone: () => Effect.succeed(requested), onSome: store.get })
  return { run, begun: yield* PlannedFlow.inspect(run.runId) }
})

const resumeAudit = (options: ResumeOptions) =>
  Audit.resume({
    ...options,
    run: Option.some(options.run),
    only: Option.none(),
    where: Option.none(),
    sample: Option.none(),
    dormantDays: Option.none(),
    expiringDays: Option.none()
  })

const resumeChange = Effect.fnUntraced(function* (options: ResumeOptions, { begun, run }: FoundRun) {
  const { runId } = run
  const flow = FlowRegistry.find(run.flow)
  if (Option.isNone(flow) || Option.isNone(begun)) {
    return yield* new UsageError({
      message: `Run ${runId} uses the flow ${run.flow}, which glowmarkt does not know.\nResume it with the program that started it.`
    })
  }
  if (Option.isSome(options.formats) || Option.isSome(options.failOn)) {
    return yield* new UsageError({
      message: `--format and --fail-on are for audits, and run ${runId} is not an audit (${run.flow}).\nLeave them out.`
    })
  }
  yield* ApplyReport.prepare(options, runId, [])
  const target = yield* CredentialResolver.target
  return yield* ApplyRun.run(
    options,
    runId,
    Effect.succeed({
      flow: flow.value,
      finished: "report",
      restart: ["apply", "PLAN"],
      show: () => RunView.facts(run),
      work: begun.value,
      carryOut: ({ resume }, consent) =>
        resume(runId, { target, consent, ...RunLimits.forSubjects(options, begun.value.remaining) })
    })
  )
})

const resumeSubmitted = Lazy.module(() => import("./ResumeSubmitted.js"))

/**
 * @since 0.1.0
 * @category running
 */
export const run = Effect.fn("glowmarkt.runs.resume")(function* (options: ResumeOptions) {
  const selection = yield* StoreSelection.selectToRun(options)
  if (selection._tag === "Database") {
    const { run } = yield* resumeSubmitted
    return yield* run(options, selection)
  }
  const found = yield* Effect.provide(findRun(options.run), yield* Store.fileReader(options.store))
  yield* found.run.flow === StatusAudit.flow.name ? resumeAudit(options) : resumeChange(options, found)
})
