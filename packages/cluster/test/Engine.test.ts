import * as SqlClient from "@effect/sql/SqlClient"
import { assert, it } from "@effect/vitest"
import { Run } from "@effect-glowmarkt/runner"
import { Effect, Layer } from "effect"
import { Cluster } from "../src/index.js"
import { database, describeWithPostgres, joined } from "./support/database.js"
import { doubles, finished, target, until, worker } from "./support/doubles.js"

const runId = Run.RunId.make("run-1")

const parameters = { count: 400 }

describeWithPostgres("the engine", () => {
  it.scopedLive(
    "a part still starts if a worker read its message and then lost the shard",
    () =>
      Effect.gen(function* () {
        const url = yield* database
        yield* Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          yield* Layer.build(worker(url, "one", (n) => Effect.succeed(2 * n)))
          yield* joined(1)
          yield* sql`
            CREATE FUNCTION taken() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.last_read = now(); RETURN NEW; END'
          `
          yield* sql`
            CREATE TRIGGER taken BEFORE INSERT ON cluster_messages FOR EACH ROW
            WHEN (NEW.tag = 'run' AND NEW.entity_type = 'Workflow/glowmarkt/part') EXECUTE FUNCTION taken()
          `
          yield* Cluster.submit(doubles, { runId, target, parameters })
          yield* finished(runId)
        }).pipe(Effect.provide(Cluster.layer({ url })))
      }),
    60_000
  )

  it.scopedLive(
    "a worker that could not refresh its locks during a run still finishes the run",
    () =>
      Effect.gen(function* () {
        const url = yield* database
        const log: Array<string> = []
        let isOpen = false
        const begun = new Set<number>()
        yield* Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          yield* Layer.build(
            worker(
              url,
              "one",
              (n) =>
                Effect.zipRight(
                  Effect.sync(() => begun.add(n)),
                  Effect.repeat(Effect.delay(Effect.succeed(2 * n), "20 millis"), { until: () => isOpen })
                ),
              log
            )
          )
          yield* Cluster.submit(doubles, { runId, target, parameters })
          yield* until(
            Effect.sync(() => begun.size),
            (size) => size > 0
          )
          yield* sql`ALTER TABLE cluster_locks RENAME TO away`
          yield* until(
            Effect.sync(() => log),
            (log) => log.includes("Shard lock storage is unhealthy")
          )
          isOpen = true
          yield* sql`ALTER TABLE away RENAME TO cluster_locks`
          yield* finished(runId)
          assert.strictEqual(begun.size, 400)
        }).pipe(Effect.provide(Cluster.layer({ url })))
      }),
    60_000
  )
})
