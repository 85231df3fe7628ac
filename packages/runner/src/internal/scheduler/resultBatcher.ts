/** Gathers results and records them in batches; knows how far the run is. */
import * as Effect from "effect/Effect"
import type { RunId } from "../../Run.js"
import type { Result, RunStoreService } from "../../RunStore.js"
import type { RunStoreError } from "../../RunStoreError.js"

/**
 * Results per transaction: enough that the transaction does not matter beside the calls, few enough
 * to lose.
 */
const batchSize = 100

/** However slow the subjects are, `kill -9` undoes no more work than this. */
const flushInterval = "250 millis"

export interface ResultBatcher {
  /** Subjects with a result, and how many of these results are in the store. */
  readonly count: { readonly processed: number; readonly recorded: number }
  /** Returns what must be done before the next subject, if anything. */
  readonly add: (result: Result) => Effect.Effect<void, RunStoreError> | undefined
  readonly flush: Effect.Effect<void, RunStoreError>
  /** Flushes again and again; ends only when that fails. */
  readonly flushing: Effect.Effect<never, RunStoreError>
}

export const make = (store: Pick<RunStoreService, "record">, runId: RunId, recorded: number): ResultBatcher => {
  const count = { processed: recorded, recorded }
  let batch: Array<Result> = []

  // Uninterruptible, so that a flush after an interruption finds all that is not recorded.
  const flush = Effect.uninterruptible(
    Effect.suspend(() => {
      if (batch.length === 0) return Effect.void
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

  return {
    count,
    add: (result) => {
      batch.push(result)
      count.processed++
      return batch.length >= batchSize ? flush : undefined
    },
    flush,
    flushing: Effect.forever(Effect.delay(flush, flushInterval))
  }
}
