/**
 * Submits a plan to the workers of a database after confirmation, and watches the run.
 *
 * @since 0.1.0
 */
import * as Cluster from "@effect-glowmarkt/cluster/Cluster"
import type * as ApplyResult from "@effect-glowmarkt/runner/ApplyResult"
import type * as Plan from "@effect-glowmarkt/runner/Plan"
import type * as Run from "@effect-glowmarkt/runner/Run"
import type * as RunStore from "@effect-glowmarkt/runner/RunStore"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type CommandError, UsageError } from "../../exit/CommandError.js"
import type { CliFlow } from "../../run/CliFlow.js"
import * as ClusterLayer from "../../run/ClusterLayer.js"
import * as RunLimits from "../../run/RunLimits.js"
import * as RunSession from "../../run/RunSession.js"
import type * as StoreSelection from "../../run/StoreSelection.js"
import * as SubmittedRun from "../../run/SubmittedRun.js"
import * as PlanSummary from "../plan/PlanSummary.js"
import * as Watch from "../runs/Watch.js"
import * as ApplyRun from "./ApplyRun.js"

/**
 * `begun` is the state of the run, if it is in the database and applies this plan.
 *
 * @since 0.1.0
 * @category models
 */
export interface Submission {
  readonly runId: Run.RunId
  readonly flow: CliFlow
  readonly plan: Plan.Plan
  readonly target: Plan.Target
  readonly database: StoreSelection.Database
  readonly begun: Effect.Effect<Option.Option<ApplyResult.PlanRun>, CommandError, RunStore.RunStore>
}

/**
 * Resumes a stopped run after confirming the remaining changes. A run that has not stopped needs no
 * confirmation, because it continues by itself.
 *
 * @since 0.1.0
 * @category running
 */
export const resume = Effect.fnUntraced(function* (
  options: ApplyRun.ChangeOptions,
  change: Parameters<typeof ApplyRun.confirm>[0],
  runId: Run.RunId
) {
  const { state } = yield* Cluster.get(runId)
  if (state !== "stopped") return
  yield* ApplyRun.confirm(change, options)
  yield* Cluster.resume(runId)
})

/**
 * @since 0.1.0
 * @category running
 */
export const run = (options: ApplyRun.ChangeOptions, { begun, database, flow, plan, runId, target }: Submission) =>
  Effect.gen(function* () {
    const { distribution } = flow
    if ("reason" in distribution) {
      return yield* new UsageError({
        message: `A ${plan.header.flow} plan can only be applied on a single machine: ${distribution.reason}. Nothing was done.\nApply it here, with --store FILE.`
      })
    }
    const session = SubmittedRun.session(runId, flow.subjects, database, options)
    const show = PlanSummary.render.bind(undefined, plan)
    const known = Option.getOrUndefined(yield* begun)
    if (known?.finishedAt !== undefined) {
      return yield* RunSession.checkReuse({ ...session, finished: "refuse" }, known.finishedAt)
    }
    if (known === undefined) {
      const { counts, parameters } = plan.header
      const consent = yield* ApplyRun.confirm(
        { flow, show, work: { counts, parameters, remaining: counts.change } },
        options
      )
      yield* Cluster.submitListed(distribution.list(plan, { runId, target, consent }), {
        maxOutage: RunLimits.maxOutageOf(options)
      })
    } else {
      yield* resume(options, { flow, show, work: known }, runId)
    }
    yield* Watch.submitted(session, { ...options, runId, formats: Option.none(), failOn: Option.none() }, database)
  }).pipe(Effect.provide(ClusterLayer.submitter(database)))
