import { assert, it } from "@effect/vitest"
import { Run, RunStore, RunStoreError } from "@effect-glowmarkt/runner"
import { Effect, Fiber, Option, Stream, TestClock } from "effect"
import { Cluster } from "../src/index.js"
import * as watch from "../src/internal/watch.js"
import { describeWithPostgres } from "./support/database.js"
import { doubles, onNewDatabase, target } from "./support/doubles.js"

const runId = Run.RunId.make("run-1")

const failed = (reason: RunStoreError.Reason) =>
  new RunStoreError.RunStoreError({ reason, file: "postgres://127.0.0.1/runs" })

describeWithPostgres("watch", () => {
  it.scoped("waits while the database is unreachable, and ends with any other failure", () =>
    onNewDatabase(() =>
      Effect.gen(function* () {
        const { table } = yield* Cluster.Cluster
        const store = yield* RunStore.RunStore
        yield* Cluster.submit(doubles, { runId, target })
        const errors = [failed("unreachable"), failed("unreachable")]
        const watched = watch.make(
          { ...table, submission: () => Effect.suspend(() => errors.shift() ?? table.submission(runId)) },
          store,
          runId
        )
        const first = yield* Effect.fork(Stream.runHead(watched))
        while (Option.isNone(yield* Fiber.poll(first))) yield* TestClock.adjust("500 millis")
        const state = Option.getOrThrow(yield* Fiber.join(first))
        assert.deepStrictEqual(
          state.events.map(({ _tag }) => _tag),
          ["RunStarted"]
        )
        assert.strictEqual(state.submission.state, "submitted")
        errors.push(failed("accessDenied"))
        const error = yield* Effect.flip(Stream.runHead(watched))
        assert.strictEqual(error._tag === "RunStoreError" && error.reason, "accessDenied")
      })
    )
  )
})
