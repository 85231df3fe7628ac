/**
 * A run that was submitted to a cluster: where it should run, how far it came, and why it stands
 * still.
 *
 * @since 0.1.0
 */
import { Run } from "@effect-glowmarkt/runner"
import * as Schema from "effect/Schema"

/**
 * - `submitted`: stored; no worker has begun.
 * - `working`: workers list or work on its subjects.
 * - `stopping`: asked to stop; workers finish the subjects they have begun.
 * - `stopped`: stands still until it is resumed. `reason` says why, if it was not asked to stop.
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
 * `attempt` counts how often the run was submitted or resumed, from 1.
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
 * A process that works on submitted runs. `parts` is how many parts of runs it works on now.
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
