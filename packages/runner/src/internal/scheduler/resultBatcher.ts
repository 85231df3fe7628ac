/** Records results in batches and counts them. */
import * as Effect from "effect/Effect"
import type { RunId } from "../../Run.js"
import type { Result, RunStoreService } from "../../RunStore.js"
import type { RunStoreError } from "../../RunStoreError.js"

/**
 * Results per transaction: enough to make its cost negligible compared with the calls, but few
 * enough that losing them in a crash does little harm.
 */
const batchSize = 100

/** The longest time that a result waits in memory, so the most work that `kill -9` can undo. */
const flushInterval = "250 millis"

export interface ResultBatcher {
  /** The number of subjects with a result, and the number of results in the store. */
  readonly count: { readonly processed: number; readonly recorded: number }
  /**
   * Adds a result. Returns an effect to run before the next subject, or `undefined` if there is
   * none.
   */
  readonly add: (result: Result) => Effect.Effect<void, RunStoreError> | undefined
  readonly flush: Effect.Effect<void, RunStoreError>
  /** Flushes repeatedly, until a flush fails. */
  readonly flushing: Effect.Effect<never, RunStoreError>
}

export const make = (store: Pick<RunStoreService, "record">, runId: RunId, recorded: number): ResultBatcher => {
  const count = { processed: recorded, recorded }
  let batch: Array<Result> = []

  // Uninterruptible, so that a flush after an interruption finds every unrecorded result.
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
