/** Publishes the progress of a worker pool. */
import * as Effect from "effect/Effect"
import * as Progress from "../../Progress.js"
import type { RunId } from "../../Run.js"
import type { WorkerPool } from "../scheduler/workerPool.js"

const reportMillis = 100

/** Runs until interrupted. */
export const publishProgress = (
  run: {
    readonly runId: RunId
    readonly total: number
    readonly count: { readonly processed: number; readonly recorded: number }
    readonly publish: (event: Progress.Event) => void
  },
  pool: Pick<WorkerPool<unknown, unknown>, "concurrency" | "retries">
): Effect.Effect<never> => {
  const { count, publish, runId, total } = run
  const state = () => ({ ...count, retries: pool.retries() })
  let last = state()
  return Effect.sync(() => {
    const now = state()
    if (now.processed !== last.processed || now.retries !== last.retries) {
      last = now
      publish(new Progress.Advanced({ runId, ...now, concurrency: pool.concurrency(), total }))
    }
  }).pipe(Effect.delay(reportMillis), Effect.forever)
}
