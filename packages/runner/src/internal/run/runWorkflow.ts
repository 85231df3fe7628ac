/**
 * The one workflow behind every run of every flow.
 *
 * One, not one a flow, because the cluster engine gives up on stored executions
 * whose workflow this process happens not to register. What it does is told by the `Attempt` of
 * whoever executes it (see `attended.ts`); the run store holds everything else.
 */
import * as Workflow from "@effect/workflow/Workflow"
import type { WorkflowEngine, WorkflowInstance } from "@effect/workflow/WorkflowEngine"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { RunId } from "../../Run.js"

export class Attempt extends Context.Reference<Attempt>()("@effect-glowmarkt/runner/Attempt", {
  defaultValue: (): Effect.Effect<void, never, WorkflowEngine | WorkflowInstance> => Effect.never
}) {}

export const RunWorkflow = Workflow.make({
  name: "glowmarkt/Run",
  payload: { runId: RunId, startedAt: Schema.DateTimeUtc },
  // A run id that was forgotten and is used again is another run.
  idempotencyKey: ({ runId, startedAt }) => `${runId}@${DateTime.toEpochMillis(startedAt)}`
})

export const layer: Layer.Layer<never, never, WorkflowEngine> = RunWorkflow.toLayer(() =>
  Effect.flatMap(Attempt, (attempt) => attempt)
)
