/** Gathers results and records them batch by batch; knows how far the run is. */
import * as Effect from "effect/Effect"
import type { RunId } from "../../Run.js"
import type { Result, RunStore } from "../../RunStore.js"
import type { RunStoreError } from "../../RunStoreError.js"
import * as monotonicClock from "./monotonicClock.js"

/** Results a transaction: enough that the transaction does not matter beside the calls, few enough to lose. */
const batchSize = 100

/** However slow the subjects are, this is the most work that `kill -9` undoes. */
const batchMillis = 250

export interface ResultBatcher {
  /** Subjects with a result, and how many of these results are in the store. */
  readonly count: { processed: number; recorded: number }
  /** What has to be done before the next subject, if anything. */
  readonly add: (result: Result, nowMillis: number) => Effect.Effect<void, RunStoreError> | undefined
  readonly flush: Effect.Effect<void, RunStoreError>
}

export const make = (store: RunStore["Type"], runId: RunId, recorded: number): Effect.Effect<ResultBatcher> =>
  Effect.map(Effect.clock, (clock) => {
    const count = { processed: recorded, recorded }
    let batch: Array<Result> = []
    let begun = monotonicClock.millis(clock)

    // Whoever flushes after an interruption must find all that is not recorded.
    const flush = Effect.uninterruptible(
      Effect.suspend(() => {
        if (batch.length === 0) {
          return Effect.void
        }
        const results = batch
        batch = []
        return store.record(runId, results).pipe(
          Effect.tap(() => {
            count.recorded += results.length
          }),
          Effect.tapErrorCause(() =>
            Effect.sync(() => {
              batch = [...results, ...batch]
            })
          )
        )
      })
    )

    const add = (result: Result, now: number) => {
      if (batch.length === 0) {
        begun = now
      }
      batch.push(result)
      count.processed++
      return batch.length >= batchSize || now - begun >= batchMillis ? flush : undefined
    }

    return { count, add, flush }
  })
