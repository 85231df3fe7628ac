/** A run as a workflow, and each of its parts as another that the engine places on a worker. */

import * as Workflow from "@effect/workflow/Workflow"
import { Run } from "@effect-glowmarkt/runner"
import * as Schema from "effect/Schema"

/**
 * `stopped`: asked to stop, or failed for a reason that the table of submissions has. Neither fails
 * the workflow, since a failed workflow can never be resumed.
 */
export const Ending = Schema.Literal("done", "stopped")

export type Ending = typeof Ending.Type

/** `attempt` makes each resumed run an execution of its own. */
export const RunWorkflow = Workflow.make({
  name: "glowmarkt/run",
  payload: { runId: Run.RunId, attempt: Schema.Positive },
  success: Ending,
  idempotencyKey: ({ attempt, runId }) => `${runId}/${attempt}`
})

/**
 * Positions of a run, `to` excluded. `salt` decides on which worker the part lands, see
 * `placement.ts`.
 */
export const Part = Schema.Struct({
  from: Schema.NonNegativeInt,
  to: Schema.NonNegativeInt,
  salt: Schema.NonNegativeInt
})

export type Part = typeof Part.Type

/** What the first step of a run leaves: when it began, and the parts unless it was stopped. */
export const Listed = Schema.Struct({
  beganMillis: Schema.Number,
  parts: Schema.Array(Part)
})

export const PartWorkflow = Workflow.make({
  name: "glowmarkt/part",
  payload: { runId: Run.RunId, attempt: Schema.Positive, ...Part.fields },
  success: Ending,
  idempotencyKey: ({ attempt, from, runId, salt }) => `${runId}/${attempt}/${from}/${salt}`
})
