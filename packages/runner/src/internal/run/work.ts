/** Processes the subjects in a range that have no result yet. */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Limits } from "../../Limits.js"
import * as Progress from "../../Progress.js"
import type { RunId } from "../../Run.js"
import { RunStore, type RunStoreService } from "../../RunStore.js"
import { RunStoreError } from "../../RunStoreError.js"
import * as ResultBatcher from "../scheduler/resultBatcher.js"
import * as WorkerPool from "../scheduler/workerPool.js"
import type { Flow, Range } from "./flow.js"
import type { OpenedRun } from "./openRun.js"
import * as pendingSubjects from "./pendingSubjects.js"
import { publishProgress } from "./publishProgress.js"

const firstRows = 5000

/**
 * Finds a subject that has already succeeded. Looks only at the first ones, so that the search is
 * short.
 */
const earlierSuccess = (store: RunStoreService, runId: RunId) =>
  store.rows(runId).pipe(
    Stream.take(firstRows),
    Stream.filter(({ outcome }) => outcome === "done"),
    Stream.runHead,
    Effect.map(Option.getOrUndefined),
    // This error cannot occur, because the run was just opened.
    Effect.catchTag("RunNotFound", Effect.die)
  )

export const work = <P extends object, S, A, E, R>(
  flow: Flow<P, S, A, E, R>,
  { context, run }: OpenedRun<P>,
  { from, to }: Range,
  limits: Limits
): Effect.Effect<void, E | RunStoreError, R | RunStore> =>
  Effect.gen(function* () {
    const store = yield* RunStore
    const { publish } = yield* Progress.Progress
    const { recorded, runId } = run
    const total = to - from
    // If this is only a part of the run, its progress counts only the subjects processed here.
    const batcher = ResultBatcher.make(store, runId, total < (run.total ?? total) ? 0 : recorded)
    const earlier = recorded === 0 ? undefined : yield* earlierSuccess(store, runId)
    const healthySubject =
      earlier === undefined ? undefined : Either.getOrUndefined(flow.subject.decode(earlier.subject))
    const pool = yield* WorkerPool.make(flow, {
      context,
      limits,
      publish,
      source: pendingSubjects.make(store, runId, { decode: flow.subject.decode, from, to }),
      sink: {
        add: (position, result) =>
          batcher.add({ position, outcome: flow.outcome(result), result: flow.result.encode(result) })
      },
      healthySubject
    })
    const watched = Effect.raceFirst(
      batcher.flushing,
      publishProgress({ runId, total, count: batcher.count, publish }, pool)
    )
    yield* Effect.raceFirst(pool.run, watched).pipe(
      // A step that cannot write its journal dies.
      Effect.catchSomeDefect((defect) =>
        defect instanceof RunStoreError ? Option.some(Effect.fail(defect)) : Option.none()
      ),
      Effect.zipRight(batcher.flush),
      // Keeps finished results if the work stops early. If that fails too, the resumed run
      // processes those subjects again.
      Effect.onError(() => Effect.ignore(batcher.flush))
    )
  })
