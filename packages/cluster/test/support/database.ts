/** A new database on the test server, dropped with the scope. */
import * as SqlClient from "@effect/sql/SqlClient"
import * as PgClient from "@effect/sql-pg/PgClient"
import { Effect, Layer, Logger, Redacted } from "effect"
import { describe, inject } from "vitest"
import { DatabaseUrl } from "../../src/index.js"

/** Skips its tests if PostgreSQL is not installed (on Debian: apt-get install postgresql). */
export const describeWithPostgres = describe.skipIf(inject("postgresUrl") === "")

const administrator = Layer.suspend(() =>
  Layer.orDie(PgClient.layer({ url: Redacted.make(`${inject("postgresUrl")}/postgres`) }))
)

const administer = (statement: string) =>
  Effect.flatMap(PgClient.PgClient, (sql) => sql.unsafe(statement)).pipe(
    Effect.provide(administrator),
    Effect.orDie,
    Effect.asVoid
  )

let created = 0

export const database = Effect.gen(function* () {
  const name = `test_${process.pid}_${++created}`
  yield* Effect.acquireRelease(administer(`CREATE DATABASE ${name}`), () =>
    administer(`DROP DATABASE ${name} WITH (FORCE)`)
  )
  return yield* Effect.orDie(DatabaseUrl.parse(Redacted.make(`${inject("postgresUrl")}/${name}`)))
})

/** Discards the logs of workers. */
export const silent = Logger.remove(Logger.defaultLogger)

/**
 * Waits until this many workers share the shards evenly. Before that, parts move between workers.
 */
export const joined = (workers: number) =>
  Effect.flatMap(
    SqlClient.SqlClient,
    (sql) => sql<{ held: number }>`SELECT count(*)::int AS held FROM cluster_locks GROUP BY address ORDER BY held`
  ).pipe(
    Effect.delay("50 millis"),
    Effect.repeat({ until: (all) => all.length === workers && all.every(({ held }) => held === 120 / workers) })
  )

/**
 * Refuses changes of a table with the SQLSTATE `code`, until the trigger `refused` is dropped. Returns
 * how many it has refused.
 */
export const refuse = (change: "INSERT" | "UPDATE", table: string, when: string, code: string) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* sql`CREATE SEQUENCE refusals`
    yield* sql.unsafe(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN PERFORM nextval(''refusals''); RAISE EXCEPTION ''refused'' USING ERRCODE = ''${code}''; END'
    `)
    yield* sql.unsafe(
      `CREATE TRIGGER refused BEFORE ${change} ON ${table} FOR EACH ROW WHEN (${when}) EXECUTE FUNCTION refuse()`
    )
    return sql<{ count: number }>`
      SELECT CASE WHEN is_called THEN last_value ELSE 0 END::int AS count FROM refusals
    `.pipe(Effect.map(([row]) => row?.count ?? 0))
  })
