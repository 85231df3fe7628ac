/**
 * What `glowmarkt runs resume` does: whatever kind of run it is, it goes on.
 *
 * @since 0.1.0
 */
import { type Finding, PlannedFlow, Run, RunStore, StatusAudit } from "@effect-glowmarkt/runner"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as CredentialResolver from "../../config/CredentialResolver.js"
import { UsageError } from "../../exit/CommandError.js"
import * as FlowRegistry from "../../run/FlowRegistry.js"
import * as Pace from "../../run/Pace.js"
import * as RunView from "../../run/RunView.js"
import * as Store from "../../run/Store.js"
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

/** To take back what a run added is a part of that run: what it undoes has the run's own name. */
const parentOf = ({ flow, parameters }: Run.Run): Option.Option<Run.RunId> =>
  flow.endsWith(".undo") ? Option.map(decodePlan(parameters), ({ plan }) => plan) : Option.none()

type Found = Effect.Effect.Success<ReturnType<typeof find>>

/** What the id means: the run itself, and what it has begun if it applies a plan. */
const find = Effect.fnUntraced(function* (runId: Run.RunId) {
  const store = yield* RunStore.RunStore
  const named = yield* store.get(runId)
  const run = yield* Option.match(parentOf(named), { onNone: () => Effect.succeed(named), onSome: store.get })
  return { run, begun: yield* PlannedFlow.begun(run.runId) }
})

const audit = (options: ResumeOptions) =>
  Audit.resume({
    ...options,
    run: Option.some(options.run),
    only: Option.none(),
    where: Option.none(),
    sample: Option.none(),
    dormantDays: Option.none(),
    expiringDays: Option.none()
  })

const change = Effect.fnUntraced(function* (options: ResumeOptions, { begun, run }: Found) {
  const { runId } = run
  const flow = FlowRegistry.find(run.flow)
  if (Option.isNone(flow) || Option.isNone(begun)) {
    return yield* new UsageError({
      message: `Run ${runId} is of the flow ${run.flow}, which this program does not know.\nResume it with the program that began it.`
    })
  }
  if (Option.isSome(options.formats) || Option.isSome(options.failOn)) {
    return yield* new UsageError({
      message: `--format and --fail-on are for audits, and run ${runId} is of the flow ${run.flow}.\nLeave them out.`
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
      begin: ["apply", "PLAN"],
      show: () => RunView.facts(run),
      work: begun.value,
      carryOut: ({ resume }, consent) =>
        resume(runId, { target, consent, ...Pace.ofFew(options, begun.value.remaining) })
    })
  )
})

/**
 * @since 0.1.0
 * @category commands
 */
export const run = Effect.fn("glowmarkt.runs.resume")(function* (options: ResumeOptions) {
  const found = yield* Effect.provide(find(options.run), yield* Store.reader(options.store))
  yield* found.run.flow === StatusAudit.flow.name ? audit(options) : change(options, found)
})
