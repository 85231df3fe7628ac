/** Tells how far a crew is, as long as something around it goes on. */
import * as Effect from "effect/Effect"
import * as Progress from "../../Progress.js"
import type { RunId } from "../../Run.js"
import type { ResultBatcher } from "../scheduler/resultBatcher.js"

const reportMillis = 100

interface Observed {
  readonly count: { readonly retries: number }
  readonly concurrency: () => number
}

/** Never ends by itself. */
export const publishProgress = (
  run: {
    readonly runId: RunId
    readonly total: number
    readonly ledger: Pick<ResultBatcher, "count">
    readonly publish: (event: Progress.Event) => void
  },
  crew: Observed
): Effect.Effect<never> => {
  const { ledger, publish, runId, total } = run
  const state = () => ({ ...ledger.count, ...crew.count })
  let last = state()
  return Effect.sync(() => {
    const now = state()
    if (now.processed !== last.processed || now.retries !== last.retries) {
      last = now
      publish(new Progress.Advanced({ runId, ...now, concurrency: crew.concurrency(), total }))
    }
  }).pipe(Effect.delay(reportMillis), Effect.forever)
}
