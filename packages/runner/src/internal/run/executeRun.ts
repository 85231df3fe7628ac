/** A run: list its subjects, work on them, finish. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { Flow, Limits, RunOptions } from "../../Flow.js"
import * as Progress from "../../Progress.js"
import type { Run, RunId, RunMismatch } from "../../Run.js"
import { RunStore } from "../../RunStore.js"
import type { RunStoreError } from "../../RunStoreError.js"
import { listSubjects } from "./listSubjects.js"
import { type OpenedRun, openRun } from "./openRun.js"
import { work } from "./work.js"

export const finish = (runId: RunId): Effect.Effect<Run, RunStoreError, RunStore> =>
  Effect.gen(function* () {
    const store = yield* RunStore
    yield* store.finish(runId, yield* DateTime.now)
    const run = yield* store.get(runId).pipe(Effect.catchTag("RunNotFound", Effect.die))
    const { publish } = yield* Progress.Progress
    publish(new Progress.RunFinished({ runId, total: run.recorded }))
    return run
  })

/** From where the store says the run stands to its end. */
export const execute = <P extends object, S, A, E, R, E2, R2>(
  flow: Flow<P, S, A, E, R>,
  opened: OpenedRun<P>,
  subjects: Stream.Stream<S, E2, R2>,
  limits: Limits
): Effect.Effect<Run, E | E2 | RunStoreError, R | R2 | RunStore> =>
  Effect.gen(function* () {
    const { run } = opened
    if (run.finishedAt !== undefined) return run
    const { publish } = yield* Progress.Progress
    publish(new Progress.RunStarted({ runId: run.runId, flow: flow.name, recorded: run.recorded }))
    const total = yield* listSubjects(flow, opened, subjects, limits)
    publish(new Progress.SubjectsListed({ runId: run.runId, recorded: run.recorded, total }))
    yield* work(flow, opened, { from: 0, to: total }, limits)
    return yield* finish(run.runId)
  })

export const run = Effect.fn("Flow.run")(function* <P extends object, S, A, E, R>(
  flow: Flow<P, S, A, E, R>,
  options: RunOptions<P> = {}
): Effect.fn.Return<Run, E | RunMismatch | RunStoreError, R | RunStore> {
  const opened = yield* openRun(flow, options)
  return yield* execute(flow, opened, flow.subjects(opened.context), options)
})
