/**
 * What `glowmarkt apply` does.
 *
 * @since 0.1.0
 */
import { Run } from "@effect-glowmarkt/runner"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Changing from "./Changing.js"
import * as Environment from "./Environment.js"
import * as OutputFile from "./OutputFile.js"
import * as Pace from "./Pace.js"
import * as PlanFile from "./PlanFile.js"
import * as PlanSummary from "./PlanSummary.js"
import * as Remaining from "./Remaining.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface ApplyOptions extends Changing.ChangeOptions {
  readonly plan: string
  readonly run: Option.Option<Run.RunId>
}

/**
 * @since 0.1.0
 * @category commands
 */
export const run = Effect.fn("glowmarkt.apply")(function* (options: ApplyOptions) {
  const { flow, plan } = yield* PlanFile.read(options.plan)
  if (Option.isSome(options.out)) yield* OutputFile.directory(options.out.value)
  const runId = Option.isSome(options.run) ? options.run.value : yield* Run.makeRunId(plan.header.flow)
  const target = yield* Environment.target
  yield* Changing.run(options, {
    flow,
    runId,
    begin: ["apply", options.plan],
    show: (layout) => PlanSummary.render(plan, [], layout),
    wanted: Remaining.ofPlan(flow, runId, plan.header),
    carryOut: ({ apply }, consent) => apply(plan, { runId, target, consent, ...Pace.of(options) })
  })
})
