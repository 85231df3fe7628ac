/**
 * Runs `glowmarkt apply`.
 *
 * @since 0.1.0
 */
import type * as ApplyResult from "@effect-glowmarkt/runner/ApplyResult"
import type * as Plan from "@effect-glowmarkt/runner/Plan"
import * as PlannedFlow from "@effect-glowmarkt/runner/PlannedFlow"
import * as Run from "@effect-glowmarkt/runner/Run"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Lazy from "../../args/Lazy.js"
import * as CredentialResolver from "../../config/CredentialResolver.js"
import * as RunLimits from "../../run/RunLimits.js"
import * as StoreSelection from "../../run/StoreSelection.js"
import * as PlanFile from "../plan/PlanFile.js"
import * as PlanSummary from "../plan/PlanSummary.js"
import * as ApplyReport from "./ApplyReport.js"
import * as ApplyRun from "./ApplyRun.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface ApplyOptions extends ApplyRun.ChangeOptions {
  readonly plan: string
  readonly run: Option.Option<Run.RunId>
}

/**
 * Reads the state of the run, or returns `None` if it is not in the store or applies another plan.
 */
const begunOf = (runId: Run.RunId, { header }: Plan.Plan) =>
  PlannedFlow.inspect(runId).pipe(
    Effect.catchTag("RunNotFound", () => Effect.succeed(Option.none<ApplyResult.PlanRun>())),
    Effect.map(Option.filter(({ plan }) => plan === header.id))
  )

const submitApply = Lazy.module(() => import("./SubmitApply.js"))

/**
 * @since 0.1.0
 * @category running
 */
export const run = Effect.fn("glowmarkt.apply")(function* (options: ApplyOptions) {
  const { flow, plan } = yield* PlanFile.read(options.plan)
  const selection = yield* StoreSelection.selectToRun(options)
  const runId = Option.isSome(options.run) ? options.run.value : yield* Run.makeRunId(plan.header.flow)
  yield* ApplyReport.prepare(options, runId, [options.plan])
  const target = yield* CredentialResolver.target
  if (selection._tag === "Database") {
    const { run } = yield* submitApply
    return yield* run(options, { begun: begunOf(runId, plan), database: selection, flow, plan, runId, target })
  }
  const change = Effect.map(begunOf(runId, plan), (begun): ApplyRun.Change => {
    const { counts, parameters } = plan.header
    const work = Option.getOrElse(begun, (): ApplyRun.Change["work"] => ({
      counts,
      parameters,
      remaining: counts.change
    }))
    const limits = { target, ...RunLimits.forSubjects(options, work.remaining) }
    return {
      flow,
      finished: "refuse",
      restart: ["apply", options.plan],
      show: (layout) => PlanSummary.render(plan, layout),
      work,
      carryOut: ({ apply, resume }, consent) =>
        Option.isSome(begun) ? resume(runId, { consent, ...limits }) : apply(plan, { runId, consent, ...limits })
    }
  })
  yield* ApplyRun.run(options, runId, change)
})
