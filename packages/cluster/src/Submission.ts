/**
 * A run that was submitted to a cluster: its target, its state, and why it stopped.
 *
 * @since 0.1.0
 */
import { Run } from "@effect-glowmarkt/runner"
import * as Schema from "effect/Schema"

/**
 * - `submitted`: the run is stored, and no worker has started it.
 * - `working`: workers are listing or processing its subjects.
 * - `stopping`: the run was asked to stop, and workers are finishing the requests they have sent.
 * - `stopped`: the run can be resumed. `reason` says why it stopped, unless it was asked to.
 * - `finished`: every subject has its result.
 *
 * @since 0.1.0
 * @category schemas
 */
export const State = Schema.Literal("submitted", "working", "stopping", "stopped", "finished")

/**
 * @since 0.1.0
 * @category models
 */
export type State = typeof State.Type

/**
 * `attempt` is 1 for a new run and increases with every resume.
 *
 * @since 0.1.0
 * @category models
 */
export class Submission extends Schema.Class<Submission>("@effect-glowmarkt/cluster/Submission")({
  runId: Run.RunId,
  flow: Schema.String,
  state: State,
  reason: Schema.optionalWith(Schema.String, { exact: true }),
  attempt: Schema.Positive,
  submittedAt: Schema.DateTimeUtc,
  changedAt: Schema.DateTimeUtc
}) {}

/**
 * A process that carries out submitted runs. `parts` is the number of parts of runs it is
 * processing.
 *
 * @since 0.1.0
 * @category models
 */
export class Worker extends Schema.Class<Worker>("@effect-glowmarkt/cluster/Worker")({
  workerId: Schema.UUID,
  name: Schema.String,
  since: Schema.DateTimeUtc,
  lastSeen: Schema.DateTimeUtc,
  parts: Schema.NonNegativeInt
}) {}
