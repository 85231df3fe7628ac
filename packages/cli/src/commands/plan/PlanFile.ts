/**
 * Reads and writes plan files.
 *
 * @since 0.1.0
 */
import * as Plan from "@effect-glowmarkt/runner/Plan"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as InputFile from "../../files/InputFile.js"
import * as OutputFile from "../../files/OutputFile.js"
import type { CliFlow } from "../../run/CliFlow.js"
import * as FlowRegistry from "../../run/FlowRegistry.js"

/**
 * A plan with its flow.
 *
 * @since 0.1.0
 * @category models
 */
export interface PlanWithFlow {
  readonly plan: Plan.Plan
  readonly flow: CliFlow
}

/**
 * @since 0.1.0
 * @category constructors
 */
export const read = (path: string) =>
  Effect.gen(function* () {
    const plan = yield* Plan.decode(InputFile.file(path))
    const flow = FlowRegistry.find(plan.header.flow)
    if (Option.isSome(flow)) return { plan, flow: flow.value } satisfies PlanWithFlow
    const problem = `unknown flow ${JSON.stringify(plan.header.flow)}; expected one of ${FlowRegistry.names.join(", ")}`
    return yield* new Plan.InvalidPlan({ problems: [{ line: 1, problem }] })
  })

/**
 * @since 0.1.0
 * @category running
 */
export const write = (path: string, plan: Plan.Plan) => OutputFile.write(path, Plan.encode(plan))
