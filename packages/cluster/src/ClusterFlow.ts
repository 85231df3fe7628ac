/**
 * A flow as a worker runs it: found by the name that a submitted run carries, in parts, with the worker's own services.
 *
 * @since 0.1.0
 */
import { Flow, type Limits, type Run, type RunStore, RunStoreError } from "@effect-glowmarkt/runner"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"

/**
 * The flow ended the run: nothing that a worker could retry. `reason` is the message of the flow's own error.
 *
 * @since 0.1.0
 * @category errors
 */
export class FlowFailed extends Data.TaggedError("FlowFailed")<{ readonly reason: string }> {
  override get message() {
    return this.reason
  }
}

/**
 * See {@link make}. `around` wraps the work on each subject.
 *
 * @since 0.1.0
 * @category models
 */
export interface ClusterFlow<R> {
  readonly name: string
  readonly list: (
    runId: Run.RunId,
    limits: Limits.Limits
  ) => Effect.Effect<Run.Run, FlowFailed | RunStoreError.RunStoreError, R | RunStore.RunStore>
  readonly work: (
    runId: Run.RunId,
    range: Flow.Range,
    limits: Limits.Limits,
    around: <A, E, R2>(step: Effect.Effect<A, E, R2>) => Effect.Effect<A, E, R2>
  ) => Effect.Effect<void, FlowFailed | RunStoreError.RunStoreError, R | RunStore.RunStore>
}

const toFlowFailed = (error: { readonly message: string }) =>
  error instanceof RunStoreError.RunStoreError ? error : new FlowFailed({ reason: error.message })

/**
 * Makes a flow available to workers. Its parameters, subjects and results travel through the database as JSON, so it
 * must not keep anything that belongs to a run in the memory of one process.
 *
 * @example
 * ```ts
 * import { ClusterFlow } from "@effect-glowmarkt/cluster"
 * import { StatusAudit } from "@effect-glowmarkt/runner"
 *
 * const audit = ClusterFlow.make(StatusAudit.flow)
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = <P extends object, S, A, E extends { readonly message: string }, R>(
  flow: Flow.Flow<P, S, A, E, R>
): ClusterFlow<R> => ({
  name: flow.name,
  list: (runId, limits) => Effect.mapError(Flow.list(flow, { ...limits, runId }), toFlowFailed),
  work: (runId, range, limits, around) =>
    Effect.mapError(
      Flow.work({ ...flow, step: (subject, run) => around(flow.step(subject, run)) }, runId, range, limits),
      toFlowFailed
    )
})
