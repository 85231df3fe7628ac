/** Makes calls with the same run id take turns. */
import * as Effect from "effect/Effect"
import type { RunId } from "../../Run.js"
import { RunStore, type RunStoreService } from "../../RunStore.js"

interface Turn {
  readonly semaphore: Effect.Semaphore
  callers: number
}

const turnsOfStore = new WeakMap<RunStoreService, Map<RunId, Turn>>()

const turnsOf = (store: RunStoreService) => {
  const turns = turnsOfStore.get(store) ?? new Map<RunId, Turn>()
  turnsOfStore.set(store, turns)
  return turns
}

/**
 * Waits until no other caller in this process executes the run. Otherwise both would process the
 * same subjects and make every change twice. The store's lock keeps other processes out.
 */
export const serialize =
  (runId: RunId | undefined) =>
  <A, E, R>(run: Effect.Effect<A, E, R>): Effect.Effect<A, E, R | RunStore> =>
    Effect.flatMap(RunStore, (store) => {
      // Without an id, the run gets a new one.
      if (runId === undefined) return run
      const turns = turnsOf(store)
      return Effect.acquireUseRelease(
        Effect.sync(() => {
          const turn = turns.get(runId) ?? { semaphore: Effect.unsafeMakeSemaphore(1), callers: 0 }
          turn.callers++
          turns.set(runId, turn)
          return turn
        }),
        ({ semaphore }) => semaphore.withPermits(1)(run),
        (turn) =>
          Effect.sync(() => {
            if (--turn.callers === 0) turns.delete(runId)
          })
      )
    })
