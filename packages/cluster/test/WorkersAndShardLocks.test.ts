import * as SqlClient from "@effect/sql/SqlClient"
import { assert, it } from "@effect/vitest"
import { Run } from "@effect-glowmarkt/runner"
import { Effect, Layer } from "effect"
import { Cluster } from "../src/index.js"
import { describeWithPostgres, joined } from "./support/database.js"
import { doubles, finished, onNewDatabase, target, until, worker } from "./support/doubles.js"

const runId = Run.RunId.make("run-1")

const unhealthy = "Shard lock storage is unhealthy"

/** Leaves a refresh of two seconds enough time. */
const lockSeconds = 12

/** Slows down one kind of statement on a table of the engine, as on a busy machine. */
const slow = (statement: "UPDATE" | "DELETE", table: string, per: "ROW" | "STATEMENT", seconds: number) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) =>
    Effect.zipRight(
      sql.unsafe(`
        CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_sleep(${seconds}); RETURN ${statement === "DELETE" ? "OLD" : "NEW"}; END'
      `),
      sql.unsafe(`CREATE TRIGGER slow BEFORE ${statement} ON ${table} FOR EACH ${per} EXECUTE FUNCTION slow()`)
    )
  )

const fast = (table: string) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) => sql.unsafe(`DROP TRIGGER slow ON ${table}`))

/** How often each number has been doubled. */
const counting = () => {
  const counts = new Map<number, number>()
  const double = (n: number) =>
    Effect.delay(
      Effect.sync(() => {
        counts.set(n, (counts.get(n) ?? 0) + 1)
        return 2 * n
      }),
      "200 millis"
    )
  return { counts, double }
}

describeWithPostgres("workersAndShardLocks", () => {
  it.scopedLive(
    "a worker passes half of its shards to another even if each release is slow",
    () =>
      onNewDatabase((url) =>
        Effect.gen(function* () {
          const log: Array<string> = []
          const { counts, double } = counting()
          yield* Layer.build(worker(url, "one", double, log))
          yield* joined(1)
          // In sequence, 60 of them would exceed the time limit of each.
          yield* slow("DELETE", "cluster_locks", "ROW", 0.1)
          yield* Layer.build(worker(url, "two", double, log))
          yield* Cluster.submit(doubles, { runId, target, parameters: { count: 400 } })
          yield* joined(2)
          yield* finished(runId)
          assert.notInclude(log, unhealthy)
          assert.strictEqual(counts.size, 400)
          yield* fast("cluster_locks")
        })
      ),
    60_000
  )

  it.scopedLive(
    "a worker whose locks take two seconds to refresh keeps its shards, and no other worker processes them",
    () =>
      onNewDatabase(
        (url) =>
          Effect.gen(function* () {
            const log: Array<string> = []
            const { counts, double } = counting()
            const of = (name: string) => worker(url, name, double, log, lockSeconds)
            yield* Layer.build(Layer.merge(of("one"), of("two")))
            yield* joined(2)
            // The workers detect that they have joined.
            yield* until(
              Effect.sync(() => log.filter((message) => message === "Worker joined").length),
              (all) => all === 2
            )
            yield* Effect.sleep("2 seconds")
            const before = log.length
            yield* slow("UPDATE", "cluster_runners", "STATEMENT", 2)
            yield* Cluster.submit(doubles, { runId, target, parameters: { count: 1600 } })
            yield* finished(runId)
            const since = log.slice(before)
            assert.notInclude(since, unhealthy)
            assert.notInclude(since, "Shards changed")
            assert.deepStrictEqual([counts.size, Math.max(...counts.values())], [1600, 1])
            yield* fast("cluster_runners")
          }),
        { lockSeconds }
      ),
    60_000
  )
})
