import * as SqlClient from "@effect/sql/SqlClient"
import { assert, it } from "@effect/vitest"
import { Run } from "@effect-glowmarkt/runner"
import { Effect, Layer } from "effect"
import { Cluster } from "../src/index.js"
import { describeWithPostgres, joined, refuse } from "./support/database.js"
import { double, doubles, finished, onNewDatabase, target, until, worker } from "./support/doubles.js"

const runId = Run.RunId.make("run-1")

const parameters = { count: 400 }

/** Refuses new rows as if the server were stopping. */
const refuseNew = (table: string, when: string) => refuse("INSERT", table, when, "57P01")

describeWithPostgres("the engine", () => {
  for (const [when, readAt] of [
    ["", "now()"],
    // The engine's marks are local times without a time zone.
    [", just before the clocks went back", "now() + interval '1 hour'"]
  ] as const) {
    it.scopedLive(
      `a part still starts if a worker read its message and then lost the shard${when}`,
      () =>
        onNewDatabase((url) =>
          Effect.gen(function* () {
            const sql = yield* SqlClient.SqlClient
            yield* Layer.build(worker(url, "one", double))
            yield* joined(1)
            yield* sql.unsafe(`
              CREATE FUNCTION taken() RETURNS trigger LANGUAGE plpgsql AS
              'BEGIN NEW.last_read = ${readAt.replaceAll("'", "''")}; RETURN NEW; END'
            `)
            yield* sql`
              CREATE TRIGGER taken BEFORE INSERT ON cluster_messages FOR EACH ROW
              WHEN (NEW.tag = 'run' AND NEW.entity_type = 'Workflow/glowmarkt/part') EXECUTE FUNCTION taken()
            `
            yield* Cluster.submit(doubles, { runId, target, parameters })
            yield* finished(runId)
          })
        ),
      30_000
    )
  }

  it.scopedLive(
    "a worker that could not refresh its locks during a run still finishes the run",
    () =>
      onNewDatabase((url) =>
        Effect.gen(function* () {
          const log: Array<string> = []
          let isOpen = false
          const begun = new Set<number>()
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
        })
      ),
    60_000
  )

  for (const [unstored, table, when] of [
    ["replies", "cluster_replies", "TRUE"],
    ["messages", "cluster_messages", "NEW.tag = 'activity'"]
  ] as const) {
    it.scopedLive(
      `a run finishes although the engine could not store its ${unstored} for two seconds`,
      () =>
        onNewDatabase((url) =>
          Effect.gen(function* () {
            const sql = yield* SqlClient.SqlClient
            yield* Layer.build(worker(url, "one", double))
            yield* joined(1)
            const attempts = yield* refuseNew(table, when)
            yield* Cluster.submit(doubles, { runId, target, parameters })
            yield* until(attempts, (count) => count > 0)
            yield* Effect.sleep("2 seconds")
            yield* sql.unsafe(`DROP TRIGGER refused ON ${table}`)
            yield* finished(runId)
          })
        ),
      20_000
    )
  }

  it.scopedLive(
    "a run finishes although the connection broke after the engine had stored a reply",
    () =>
      onNewDatabase((url) =>
        Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          yield* Layer.build(worker(url, "one", double))
          yield* joined(1)
          const attempts = yield* refuseNew("cluster_replies", "NEW.id > 0 AND NEW.payload LIKE '%done%'")
          yield* Cluster.submit(doubles, { runId, target, parameters: { count: 1 } })
          yield* until(attempts, (count) => count > 0)
          const done = { _tag: "Success", value: { _tag: "Complete", exit: { _tag: "Success", value: "done" } } }
          yield* sql`
            WITH stored AS (
              UPDATE cluster_messages SET processed = TRUE, last_reply_id = -1
              WHERE tag = 'activity' AND entity_type = 'Workflow/glowmarkt/part' RETURNING request_id
            )
            INSERT INTO cluster_replies (id, kind, request_id, payload)
            SELECT -1, 0, request_id, ${JSON.stringify(done)} FROM stored
          `
          yield* sql`DROP TRIGGER refused ON cluster_replies`
          yield* finished(runId)
        })
      ),
    20_000
  )

  it.scopedLive(
    "a worker that stops does not wait until its replies can be stored",
    () =>
      onNewDatabase((url) =>
        Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          yield* Effect.scoped(
            Effect.gen(function* () {
              yield* Layer.build(worker(url, "one", double))
              yield* joined(1)
              const attempts = yield* refuseNew("cluster_replies", "TRUE")
              yield* Cluster.submit(doubles, { runId, target, parameters })
              yield* until(attempts, (count) => count > 0)
            })
          )
          yield* sql`DROP TRIGGER refused ON cluster_replies`
          yield* Layer.build(worker(url, "two", double))
          yield* finished(runId)
        })
      ),
    30_000
  )
})
