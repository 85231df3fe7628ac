import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Fiber, Stream, TestClock } from "effect"
import { Run, RunStore, RunStoreError } from "../src/index.js"
import * as ResultBatcher from "../src/internal/scheduler/resultBatcher.js"

const runId = Run.RunId.make("run-1")

const full = new RunStoreError.RunStoreError({ reason: "full", file: "runs.sqlite", detail: "no room", cause: null })

/**
 * A batcher whose store runs an effect before each write, and the number of results in the store.
 */
const batching = (first: () => Effect.Effect<void, RunStoreError.RunStoreError>) =>
  Effect.gen(function* () {
    const store = yield* RunStore.RunStore
    yield* store.open({ runId, flow: "test", parameters: {}, startedAt: DateTime.unsafeMake(0) })
    yield* store.putSubjects(runId, Stream.range(0, 149))
    const made = ResultBatcher.make(
      { ...store, record: (runId, results) => Effect.zipRight(Effect.suspend(first), store.record(runId, results)) },
      runId,
      0
    )
    return { ...made, kept: Effect.map(store.get(runId), ({ recorded }) => recorded) }
  })

/** The calls of a worker, and of a run when it ends. */
const working = ({ add, flush }: ResultBatcher.ResultBatcher, subjects: number) =>
  Effect.gen(function* () {
    for (let position = 0; position < subjects; position++) {
      const recording = add({ position, outcome: "done", result: null })
      if (recording !== undefined) yield* recording
    }
    yield* Effect.never
  }).pipe(Effect.onError(() => Effect.ignore(flush)))

describe("ResultBatcher", () => {
  it.effect("keeps results that are being recorded or still waiting when the attempt is interrupted", () =>
    Effect.gen(function* () {
      const slow = yield* batching(() => Effect.sleep("1 second"))
      const work = yield* Effect.fork(working(slow, 150))
      yield* TestClock.adjust("500 millis")
      const ending = yield* Effect.fork(Fiber.interrupt(work))
      yield* TestClock.adjust("10 seconds")
      yield* Fiber.join(ending)
      // The second hundred was not started: the worker waited for the first.
      assert.strictEqual(slow.count.processed, 100)
      assert.deepStrictEqual([yield* slow.kept, slow.count.recorded], [100, 100])
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("records results that failed to be recorded once the store works again", () =>
    Effect.gen(function* () {
      let tries = 0
      const once = yield* batching(() => (++tries === 1 ? Effect.fail(full) : Effect.void))
      assert.strictEqual(yield* Effect.flip(working(once, 150)), full)
      assert.deepStrictEqual([yield* once.kept, once.count.recorded, once.count.processed], [100, 100, 100])
      yield* once.flush
      assert.strictEqual(tries, 2)
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("records the results of a slow run after a quarter of a second", () =>
    Effect.gen(function* () {
      const { add, count, flushing, kept } = yield* batching(() => Effect.void)
      yield* Effect.fork(flushing)
      assert.isUndefined(add({ position: 0, outcome: "done", result: null }))
      yield* TestClock.adjust("249 millis")
      assert.deepStrictEqual([yield* kept, count.processed], [0, 1])
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual([yield* kept, count.recorded], [1, 1])
    }).pipe(Effect.provide(RunStore.layerMemory))
  )

  it.effect("fails with the store's error even if no worker waits for the batch", () =>
    Effect.gen(function* () {
      const { add, flushing } = yield* batching(() => Effect.fail(full))
      const fiber = yield* Effect.fork(flushing)
      add({ position: 0, outcome: "done", result: null })
      yield* TestClock.adjust("250 millis")
      assert.strictEqual(yield* Effect.flip(Fiber.join(fiber)), full)
    }).pipe(Effect.provide(RunStore.layerMemory))
  )
})
