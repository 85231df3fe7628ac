/** Works on those subjects of a range of a run that have no result yet. */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Flow, Range } from "../../Flow.js"
import type { Limits } from "../../Limits.js"
import * as Progress from "../../Progress.js"
import type { RunId } from "../../Run.js"
import { RunStore } from "../../RunStore.js"
import { RunStoreError } from "../../RunStoreError.js"
import * as ResultBatcher from "../scheduler/resultBatcher.js"
import * as WorkerPool from "../scheduler/workerPool.js"
import type { OpenedRun } from "./openRun.js"
import * as pendingSubjects from "./pendingSubjects.js"
import { publishProgress } from "./publishProgress.js"

const firstRows = 5000

/** One of the first, which is soon found: any will do. */
const earlierSuccess = (store: RunStore["Type"], runId: RunId) =>
  store.rows(runId).pipe(
    Stream.take(firstRows),
    Stream.filter(({ outcome }) => outcome === "done"),
    Stream.runHead,
    Effect.map(Option.getOrUndefined),
    // It was opened before.
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
    // What is known of a part of the run is only what was done of it here.
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
      // A step that cannot keep its journal dies of it.
      Effect.catchSomeDefect((defect) =>
        defect instanceof RunStoreError ? Option.some(Effect.fail(defect)) : Option.none()
      ),
      Effect.zipRight(batcher.flush),
      // Whatever ends the work, what is done is kept. If that fails too, it is done again.
      Effect.onError(() => Effect.ignore(batcher.flush))
    )
  })
