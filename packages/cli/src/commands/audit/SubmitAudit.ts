/**
 * Submits an audit to the workers of a database and watches it.
 *
 * @since 0.1.0
 */
import * as Cluster from "@effect-glowmarkt/cluster/Cluster"
import type * as Run from "@effect-glowmarkt/runner/Run"
import * as StatusAudit from "@effect-glowmarkt/runner/StatusAudit"
import * as Effect from "effect/Effect"
import type { AfterSubmitting } from "../../args/RunFlags.js"
import * as ClusterLayer from "../../run/ClusterLayer.js"
import * as RunLimits from "../../run/RunLimits.js"
import * as RunSession from "../../run/RunSession.js"
import type * as StoreSelection from "../../run/StoreSelection.js"
import * as SubmittedRun from "../../run/SubmittedRun.js"
import * as Watch from "../runs/Watch.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface SubmitOptions extends Omit<Watch.ReportOptions, "runId"> {
  readonly afterSubmitting: AfterSubmitting
}

/**
 * The options of the audit to submit. `about` says which accounts are audited, and how.
 *
 * @since 0.1.0
 * @category models
 */
export interface Submission {
  readonly runId: Run.RunId
  readonly database: StoreSelection.Database
  readonly about: Parameters<typeof StatusAudit.parametersOf>[0]
}

/**
 * Submits a new audit, or resumes it if it was submitted before and has stopped.
 *
 * @since 0.1.0
 * @category running
 */
export const run = (options: SubmitOptions, { about, database, runId }: Submission) =>
  Effect.gen(function* () {
    const session = SubmittedRun.session(runId, "accounts", database, options)
    const submitted = yield* Cluster.submit(StatusAudit.flow, {
      runId,
      target: about.target,
      maxOutage: RunLimits.maxOutageOf(options),
      parameters: StatusAudit.parametersOf(about)
    })
    if (submitted.finishedAt !== undefined) {
      return yield* RunSession.checkReuse({ ...session, finished: "refuse" }, submitted.finishedAt)
    }
    yield* Cluster.resume(runId)
    yield* Watch.submitted(session, { ...options, runId }, database)
  }).pipe(Effect.provide(ClusterLayer.submitter(database)))
