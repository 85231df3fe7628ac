/** One attempt at a run: from where the store says it stands to its end. */
import * as Activity from "@effect/workflow/Activity"
import type { WorkflowEngine } from "@effect/workflow/WorkflowEngine"
import type * as Cause from "effect/Cause"
import * as DateTime from "effect/DateTime"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { Flow, Limits, RunOptions } from "../../Flow.js"
import * as Progress from "../../Progress.js"
import type { Run, RunId, RunMismatch } from "../../Run.js"
import { type PendingSubject, RunStore } from "../../RunStore.js"
import { RunStoreError } from "../../RunStoreError.js"
import type { RunContext } from "../../Step.js"
import * as ResultBatcher from "../scheduler/resultBatcher.js"
import * as WorkerPool from "../scheduler/workerPool.js"
import { retryThroughOutage } from "./listSubjects.js"
import { openRun } from "./openRun.js"
import { publishProgress } from "./publishProgress.js"
import { keptIn } from "./runRows.js"
import { Attempt, RunWorkflow } from "./runWorkflow.js"

const firstRows = 5000

interface Circumstances<P> {
  readonly given: RunContext<P>
  readonly store: RunStore["Type"]
  readonly ledger: ResultBatcher.ResultBatcher
  readonly publish: (event: Progress.Event) => void
  readonly pace: Limits
  readonly witness: PendingSubject | undefined
}

export const run = Effect.fn("Flow.run")(function* <P extends object, S, A, E, R>(
  flow: Flow<P, S, A, E, R>,
  options: RunOptions<P> = {}
): Effect.fn.Return<Run, E | RunMismatch | RunStoreError, R | WorkflowEngine | RunStore> {
  const store = yield* RunStore
  const { begins, given, run } = yield* openRun(flow, options)
  if (run.finishedAt !== undefined) {
    return run
  }
  const { runId, startedAt } = given
  const { publish } = yield* Progress.Progress
  publish(new Progress.RunStarted({ runId, flow: flow.name, recorded: run.recorded }))

  const ledger = yield* ResultBatcher.make(store, runId, run.recorded)
  const over = yield* Deferred.make<never, E | RunStoreError>()
  const idle = yield* Effect.makeLatch(true)
  // The engine would record a failure for ever. It is only this attempt's: it goes past the engine
  // to whoever waits, and what failed stays unfinished.
  const fail = (cause: Cause.Cause<E | RunStoreError>) => Effect.zipRight(Deferred.failCause(over, cause), Effect.never)
  const witness = run.recorded === 0 ? undefined : yield* earlierSuccess(store, runId)
  const attempt = body(keptIn(store, flow), { given, store, ledger, publish, pace: options, witness }, (work) =>
    Effect.acquireUseRelease(
      idle.close,
      () => Effect.raceFirst(work, Deferred.await(over)),
      () => idle.open
    ).pipe(Effect.catchAllCause(fail))
  ).pipe(Effect.catchAllCause(fail), Effect.provide(yield* Effect.context<R>()))
  yield* RunWorkflow.execute({ runId, startedAt }).pipe(
    Effect.provideService(Attempt, attempt),
    Effect.raceFirst(Deferred.await(over)),
    // What the engine itself could not keep (see `trouble.ts`).
    Effect.catchSomeDefect((defect) =>
      defect instanceof RunStoreError ? Option.some(Effect.fail(defect)) : Option.none()
    ),
    // However the attempt ends, when it has ended nothing is in flight and what was done is recorded.
    Effect.ensuring(Effect.zipRight(Deferred.interrupt(over), idle.await)),
    Effect.onError(() => (begins === "now" ? Effect.ignore(forgetEmpty(store, runId)) : Effect.void))
  )
  const finished = yield* store.get(runId).pipe(Effect.catchTag("RunNotFound", Effect.die))
  publish(new Progress.RunFinished({ runId, total: finished.recorded }))
  return finished
})

const body = <P extends object, S, A, E, R>(
  flow: Flow<P, S, A, E, R>,
  circumstances: Circumstances<P>,
  guard: <T>(work: Effect.Effect<T, E | RunStoreError, R>) => Effect.Effect<T, never, R>
) =>
  Effect.gen(function* () {
    const { given, ledger, publish, store } = circumstances
    const { runId } = given

    const activity = <T, I>(
      name: string,
      success: Schema.Schema<T, I>,
      execute: Effect.Effect<T, E | RunStoreError, R>
    ) => Activity.make({ name, success, execute: guard(execute) })

    const total = yield* activity("subjects", Schema.NonNegativeInt, listSubjects(flow, circumstances))
    publish(new Progress.SubjectsListed({ runId, recorded: ledger.count.recorded, total }))

    const crew = yield* WorkerPool.make(flow, circumstances, total)
    const reporter = yield* Effect.fork(publishProgress({ runId, total, ledger, publish }, crew))
    yield* activity("work", Schema.Void, worked(crew, ledger))
    yield* Fiber.interrupt(reporter)

    yield* activity(
      "finish",
      Schema.Void,
      Effect.flatMap(DateTime.now, (now) => store.finish(runId, now))
    )
  })

/** A run that broke off before it had its subjects has nothing to go on with. */
const forgetEmpty = (store: RunStore["Type"], runId: RunId) =>
  Effect.flatMap(store.get(runId), ({ total }) => (total === undefined ? store.forget(runId) : Effect.void))

/** One of the first, which is soon found: any will do. */
const earlierSuccess = (store: RunStore["Type"], runId: RunId) =>
  store.rows(runId).pipe(
    Stream.take(firstRows),
    Stream.filter(({ outcome }) => outcome === "done"),
    Stream.runHead,
    Effect.map(Option.getOrUndefined),
    // It was opened just now.
    Effect.catchTag("RunNotFound", Effect.die)
  )

const listSubjects = <P extends object, S, A, E, R>(
  flow: Flow<P, S, A, E, R>,
  { given, pace, publish, store }: Circumstances<P>
) =>
  retryThroughOutage(store.putSubjects(given.runId, Stream.map(flow.subjects(given), flow.subject.encode)), {
    runId: given.runId,
    pace,
    publish
  })

/**
 * All of the work is one activity: what is done of it is in the store (see `ledger.ts`), and is left out when
 * the activity begins again. Cut into several, at the end of each the slowest subject would hold up all others.
 */
const worked = <E, R>(crew: WorkerPool.WorkerPool<E, R>, ledger: ResultBatcher.ResultBatcher) =>
  Effect.zipRight(crew.run, ledger.flush).pipe(
    // What is done is kept, whatever ends the attempt; if keeping it fails too, it is done again.
    Effect.onError(() => Effect.ignore(ledger.flush))
  )
