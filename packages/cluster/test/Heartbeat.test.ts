import { assert, it } from "@effect/vitest"
import { Run, RunStoreError } from "@effect-glowmarkt/runner"
import { Deferred, Effect, Logger } from "effect"
import { Cluster } from "../src/index.js"
import * as activeParts from "../src/internal/activeParts.js"
import * as heartbeat from "../src/internal/heartbeat.js"
import * as telemetry from "../src/internal/telemetry.js"
import { describeWithPostgres } from "./support/database.js"
import { doubles, onNewDatabase, target } from "./support/doubles.js"

const runId = Run.RunId.make("run-1")

const worker = { name: "one", workerId: "00000000-0000-4000-8000-000000000001" }

const heartbeatOf = (
  active: activeParts.ActiveParts,
  refreshShards: Effect.Effect<void, RunStoreError.RunStoreError>
) =>
  Effect.map(Cluster.Cluster, ({ table }) =>
    heartbeat.make({ active, refreshShards, table, telemetry: telemetry.make(worker), worker })
  )

const failed = (reason: RunStoreError.Reason) =>
  new RunStoreError.RunStoreError({ reason, file: "postgres://127.0.0.1/runs" })

describeWithPostgres("heartbeat", () => {
  it.scoped("stops the parts of a stopped or earlier attempt, and no others", () =>
    onNewDatabase(() =>
      Effect.gen(function* () {
        const { table } = yield* Cluster.Cluster
        const active = activeParts.make()
        const beat = yield* heartbeatOf(active, Effect.void)
        const isStopped = (part: activeParts.ActivePart) => Effect.zipRight(beat, Deferred.isDone(part.stop))
        /** Another worker ends the attempt, because this one was frozen. */
        const restart = (attempt: number) => Effect.zipRight(table.stopped(runId, attempt), Cluster.resume(runId))

        yield* Cluster.submit(doubles, { runId, target })
        yield* table.began(runId, 1)
        const first = yield* active.enter({ runId, attempt: 1 })
        assert.isFalse(yield* isStopped(first))
        yield* Cluster.stop(runId)
        assert.isTrue(yield* isStopped(first))

        // The last write of the first attempt is still in progress.
        yield* restart(1)
        const second = yield* active.enter({ runId, attempt: 2 })
        assert.isFalse(yield* isStopped(second))
        yield* active.leave(first)
        assert.deepStrictEqual(active.list(), [second])

        yield* table.began(runId, 2)
        yield* restart(2)
        const third = yield* active.enter({ runId, attempt: 3 })
        assert.isTrue(yield* isStopped(second))
        assert.isFalse(yield* isStopped(third))
      })
    )
  )

  it.scoped("logs the beginning and the end of a failure, and blames the database only if it is unreachable", () =>
    onNewDatabase(() =>
      Effect.gen(function* () {
        const lines: Array<string> = []
        let shards: Effect.Effect<void, RunStoreError.RunStoreError> = Effect.void
        const beat = yield* heartbeatOf(
          activeParts.make(),
          Effect.suspend(() => shards)
        )
        const results = [
          failed("unreachable"),
          failed("unreachable"),
          Effect.void,
          failed("accessDenied"),
          Effect.dieMessage("a defect"),
          failed("unreachable"),
          Effect.void,
          Effect.void
        ]
        yield* Effect.forEach(results, (result) => {
          shards = result
          return beat
        }).pipe(
          Effect.provide(
            Logger.replace(
              Logger.defaultLogger,
              Logger.make(({ message }) => void lines.push(String(message)))
            )
          )
        )
        assert.deepStrictEqual(lines, [
          "The database is unavailable",
          "The database is available again",
          "The heartbeat failed",
          "The database is unavailable",
          "The database is available again"
        ])
      })
    )
  )
})
