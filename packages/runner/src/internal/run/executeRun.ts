/** Runs a flow: lists its subjects, processes them, finishes the run. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { Limits } from "../../Limits.js"
import * as Progress from "../../Progress.js"
import { Run, type RunId, type RunMismatch, type RunNotFound, RunUnfinished } from "../../Run.js"
import { RunStore } from "../../RunStore.js"
import type { RunStoreError } from "../../RunStoreError.js"
import type { Flow, Range, RunOptions } from "./flow.js"
import { listSubjects } from "./listSubjects.js"
import { existingRun, type OpenedRun, openRun } from "./openRun.js"
import { serialize } from "./serialize.js"
import { work } from "./work.js"

export const listWithProgress = <P extends object, S, A, E, R, E2, R2>(
  flow: Flow<P, S, A, E, R>,
  opened: OpenedRun<P>,
  subjects: Stream.Stream<S, E2, R2>,
  limits: Limits
): Effect.Effect<number, E2 | RunStoreError, R2 | RunStore> =>
  Effect.gen(function* () {
    const { recorded, runId } = opened.run
    const { publish } = yield* Progress.Progress
    publish(new Progress.RunStarted({ runId, flow: flow.name, recorded }))
    const total = yield* listSubjects(flow, opened, subjects, limits)
    publish(new Progress.SubjectsListed({ runId, recorded, total }))
    return total
  })

export const open = Effect.fn("Flow.open")(function* <P extends object, S, A, E, R>(
  flow: Flow<P, S, A, E, R>,
  options: Pick<RunOptions<P>, "parameters" | "runId"> = {}
): Effect.fn.Return<Run, RunMismatch | RunStoreError, RunStore> {
  return (yield* openRun(flow, options)).run
})

export const list = Effect.fn("Flow.list")(function* <P extends object, S, A, E, R>(
  flow: Flow<P, S, A, E, R>,
  options: RunOptions<P> = {}
): Effect.fn.Return<Run, E | RunMismatch | RunStoreError, R | RunStore> {
  const opened = yield* openRun(flow, options)
  if (opened.run.total !== undefined) return opened.run
  const total = yield* listWithProgress(flow, opened, flow.subjects(opened.context), options)
  return new Run({ ...opened.run, total })
})

export const workOn = Effect.fn("Flow.work")(function* <P extends object, S, A, E, R>(
  flow: Flow<P, S, A, E, R>,
  runId: RunId,
  range: Range,
  limits: Limits = {}
): Effect.fn.Return<void, E | RunMismatch | RunNotFound | RunStoreError, R | RunStore> {
  yield* work(flow, yield* existingRun(flow, runId), range, limits)
})

export const finish = Effect.fn("Flow.finish")(function* (
  runId: RunId
): Effect.fn.Return<Run, RunNotFound | RunStoreError | RunUnfinished, RunStore> {
  const store = yield* RunStore
  const run = yield* store.get(runId)
  if (run.finishedAt !== undefined) return run
  if (run.total !== run.recorded) return yield* RunUnfinished.of(run)
  const finishedAt = yield* DateTime.now
  yield* store.finish(runId, finishedAt)
  const { publish } = yield* Progress.Progress
  publish(new Progress.RunFinished({ runId, total: run.recorded }))
  return new Run({ ...run, finishedAt })
})

/** Completes the run from its state in the store. */
export const execute = <P extends object, S, A, E, R, E2, R2>(
  flow: Flow<P, S, A, E, R>,
  opened: OpenedRun<P>,
  subjects: Stream.Stream<S, E2, R2>,
  limits: Limits
): Effect.Effect<Run, E | E2 | RunStoreError, R | R2 | RunStore> =>
  Effect.gen(function* () {
    const { run } = opened
    if (run.finishedAt !== undefined) return run
    const total = yield* listWithProgress(flow, opened, subjects, limits)
    yield* work(flow, opened, { from: 0, to: total }, limits)
    // Safe: every subject has a result now.
    return yield* Effect.catchTags(finish(run.runId), { RunNotFound: Effect.die, RunUnfinished: Effect.die })
  })

export const run = Effect.fn("Flow.run")(function* <P extends object, S, A, E, R>(
  flow: Flow<P, S, A, E, R>,
  options: RunOptions<P> = {}
): Effect.fn.Return<Run, E | RunMismatch | RunStoreError, R | RunStore> {
  return yield* openRun(flow, options).pipe(
    Effect.flatMap((opened) => execute(flow, opened, flow.subjects(opened.context), options)),
    serialize(options.runId)
  )
})
