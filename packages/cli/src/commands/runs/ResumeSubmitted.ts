/**
 * Runs `glowmarkt runs resume` for a run in a database: asks the workers to continue it.
 *
 * @since 0.1.0
 */
import * as Cluster from "@effect-glowmarkt/cluster/Cluster"
import * as PlannedFlow from "@effect-glowmarkt/runner/PlannedFlow"
import type * as Run from "@effect-glowmarkt/runner/Run"
import * as RunStore from "@effect-glowmarkt/runner/RunStore"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as ClusterLayer from "../../run/ClusterLayer.js"
import * as FlowRegistry from "../../run/FlowRegistry.js"
import * as RunView from "../../run/RunView.js"
import type * as StoreSelection from "../../run/StoreSelection.js"
import * as SubmittedRun from "../../run/SubmittedRun.js"
import type * as ApplyRun from "../apply/ApplyRun.js"
import * as SubmitApply from "../apply/SubmitApply.js"
import * as Watch from "./Watch.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface ResumeOptions extends ApplyRun.ChangeOptions, Omit<Watch.ReportOptions, "runId"> {
  readonly run: Run.RunId
}

/**
 * Resumes a run. The remaining changes must be confirmed, unless the run is an audit, which changes
 * nothing.
 */
const resume = Effect.fnUntraced(function* (options: ResumeOptions) {
  const { run: runId } = options
  const run = yield* Effect.flatMap(RunStore.RunStore, (store) => store.get(runId))
  const flow = FlowRegistry.find(run.flow)
  const begun = yield* PlannedFlow.inspect(runId)
  return yield* Option.isSome(flow) && Option.isSome(begun)
    ? SubmitApply.resume(options, { flow: flow.value, show: () => RunView.facts(run), work: begun.value }, runId)
    : Cluster.resume(runId)
})

/**
 * @since 0.1.0
 * @category running
 */
export const run = (options: ResumeOptions, database: StoreSelection.Database) =>
  Effect.gen(function* () {
    const watching = { ...options, runId: options.run }
    yield* Watch.prepare(watching)
    const { state } = yield* Cluster.get(options.run)
    if (state === "finished") return yield* Watch.watched(watching, database)
    yield* resume(options)
    yield* Watch.submitted(SubmittedRun.session(options.run, "", database, options), watching, database)
  }).pipe(Effect.provide(ClusterLayer.reader(database)))
