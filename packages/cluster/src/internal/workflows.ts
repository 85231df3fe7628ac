/**
 * Declares the workflows of a run and of its parts, which the engine distributes to the workers.
 * `worker.ts` implements them.
 */

import * as Workflow from "@effect/workflow/Workflow"
import { Run } from "@effect-glowmarkt/runner"
import * as Schema from "effect/Schema"

/**
 * `stopped`: the run was asked to stop, or failed with a reason that is in the table of
 * submissions. Neither makes the workflow fail, because a failed workflow can never be resumed.
 */
export const Ending = Schema.Literal("done", "stopped")

export type Ending = typeof Ending.Type

/** `attempt` gives each resumed run its own execution. */
export const RunWorkflow = Workflow.make({
  name: "glowmarkt/run",
  payload: { runId: Run.RunId, attempt: Schema.Positive },
  success: Ending,
  idempotencyKey: ({ attempt, runId }) => `${runId}/${attempt}`
})

export type Attempt = typeof RunWorkflow.payloadSchema.Type

/**
 * A range of positions; `to` is excluded. `salt` determines the worker, see `placement.ts`.
 */
export const Part = Schema.Struct({
  from: Schema.NonNegativeInt,
  to: Schema.NonNegativeInt,
  salt: Schema.NonNegativeInt
})

export type Part = typeof Part.Type

/** The result of the first step of a run: its start time, and its parts unless it was stopped. */
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
