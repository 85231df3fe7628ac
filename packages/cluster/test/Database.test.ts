import * as SqlClient from "@effect/sql/SqlClient"
import { assert, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Redacted, TestClock } from "effect"
import { inject } from "vitest"
import * as tcpProxy from "../../workshop/torture/tcpProxy.js"
import { Database, DatabaseUrl } from "../src/index.js"
import * as engine from "../src/internal/engine.js"
import { database, describeWithPostgres } from "./support/database.js"

const open = (url: DatabaseUrl.DatabaseUrl, settings?: Database.Settings) =>
  Database.layer({ url, applicationName: "test", maxConnections: 3 }, settings)

const errorOf = (url: string) =>
  Effect.gen(function* () {
    const checked = yield* Effect.orDie(DatabaseUrl.parse(Redacted.make(url)))
    return yield* Effect.flip(Layer.build(open(checked)))
  })

describeWithPostgres("Database", () => {
  it.scopedLive("ten processes can start at the same time on an empty database", () =>
    Effect.gen(function* () {
      const url = yield* database
      const { location } = url
      yield* Effect.forEach(
        Array.from({ length: 10 }, (_, index) => `1.0.0.${index}`),
        (workerId) =>
          Layer.build(engine.layer(location, Database.defaultSettings, workerId).pipe(Layer.provide(open(url)))),
        { concurrency: "unbounded" }
      )
      const status = yield* Effect.provide(Database.check(location), open(url))
      assert.deepStrictEqual(status, { location, version: 1, latestVersion: 1, settings: Database.defaultSettings })
    })
  )

  it.scoped("waits at most 30 seconds for a process that creates tables, and can be interrupted", () =>
    Effect.gen(function* () {
      const url = yield* database
      yield* Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const waiting = sql<{ count: number }>`
          SELECT count(*)::int AS count FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        `.pipe(Effect.map(([found]) => found?.count))
        const wait = (count: number) => Effect.repeat(waiting, { until: (found) => found === count })
        const locked = yield* Deferred.make<void>()
        const first = yield* Effect.fork(
          Database.exclusively(url.location)(Effect.zipRight(Deferred.succeed(locked, undefined), Effect.never))
        )
        yield* Deferred.await(locked)
        const second = yield* Effect.fork(Effect.flip(Database.exclusively(url.location)(Effect.void)))
        const third = yield* Effect.fork(Database.exclusively(url.location)(Effect.void))
        yield* wait(2)
        yield* Fiber.interrupt(third)
        yield* wait(1)
        yield* TestClock.adjust("30 seconds")
        assert.strictEqual((yield* Fiber.join(second)).reason, "inUse")
        yield* wait(0)
        yield* Fiber.interrupt(first)
        yield* Database.exclusively(url.location)(Effect.void)
      }).pipe(Effect.provide(Database.layerClient({ url, applicationName: "test" })))
    })
  )

  it.scopedLive("a statement on a connection that hangs fails, and the next one uses a new connection", () =>
    Effect.gen(function* () {
      const direct = yield* database
      const proxy = yield* Effect.acquireRelease(tcpProxy.make(Redacted.value(direct.url)), ({ stop }) => stop)
      const url = yield* Effect.orDie(DatabaseUrl.parse(Redacted.make(proxy.url)))
      const client = Database.layerClient({ url, applicationName: "test", statementTimeout: "1 second" })
      yield* Effect.gen(function* () {
        yield* Database.check(url.location)
        yield* proxy.hang
        const error = yield* Effect.flip(Database.check(url.location))
        assert.strictEqual(error.reason, "unreachable")
        yield* Database.check(url.location)
      }).pipe(Effect.provide(client))
    })
  )

  it.scopedLive("checking changes nothing", () =>
    Effect.gen(function* () {
      const url = yield* database
      const client = Database.layerClient({ url, applicationName: "test" })
      const tables = Effect.flatMap(
        SqlClient.SqlClient,
        (sql) => sql`SELECT 1 FROM pg_tables WHERE schemaname = 'public'`
      )
      const [status, found] = yield* Effect.provide(Effect.all([Database.check(url.location), tables]), client)
      assert.strictEqual(status.version, 0)
      assert.strictEqual(found.length, 0)
    })
  )

  it.scopedLive("refuses other settings and tables of a newer version", () =>
    Effect.gen(function* () {
      const url = yield* database
      yield* Layer.build(open(url))
      const error = yield* Effect.flip(Layer.build(open(url, { shards: 60, lockSeconds: 9 })))
      assert.strictEqual(error.reason, "settings")
      assert.include(error.message, "120 shards")
      assert.include(error.message, "60")
      yield* Effect.provide(
        Effect.flatMap(
          SqlClient.SqlClient,
          (sql) => sql`INSERT INTO glowmarkt_migrations (migration_id, name) VALUES (99, 'later')`
        ),
        Database.layerClient({ url, applicationName: "test" })
      )
      const newer = yield* Effect.flip(Layer.build(open(url)))
      assert.strictEqual(newer.reason, "newer")
      assert.include(newer.message, "99")
    })
  )

  it.scopedLive("a process that only observes refuses missing, older and newer tables, and creates none", () =>
    Effect.gen(function* () {
      const url = yield* database
      const lookOn = Layer.build(Database.layer({ url, applicationName: "test" }, Database.defaultSettings, "verify"))
      const reason = Effect.map(Effect.flip(lookOn), ({ reason }) => reason)
      const change = (statement: string) =>
        Effect.flatMap(SqlClient.SqlClient, (sql) => sql.unsafe(statement)).pipe(
          Effect.provide(Database.layerClient({ url, applicationName: "test" }))
        )
      assert.strictEqual(yield* reason, "older")
      assert.strictEqual(yield* reason, "older")
      yield* Layer.build(open(url))
      yield* lookOn
      yield* change("INSERT INTO glowmarkt_migrations (migration_id, name) VALUES (99, 'later')")
      assert.strictEqual(yield* reason, "newer")
    })
  )

  it.scopedLive("an error names the database and the cause, but never the password", () =>
    Effect.gen(function* () {
      const server = inject("postgresUrl")
      const wrong = yield* errorOf(`${server.replace("simulated", "Wr0ngSecret")}/postgres`)
      assert.strictEqual(wrong.reason, "accessDenied")
      const missing = yield* errorOf(`${server}/nowhere`)
      assert.strictEqual(missing.reason, "cannotOpen")
      assert.include(missing.message, "no such database")
      const closed = yield* errorOf("postgres://glowmarkt:Wr0ngSecret@127.0.0.1:1/runs")
      assert.strictEqual(closed.reason, "unreachable")
      for (const error of [wrong, missing, closed]) {
        assert.include(error.message, "postgres://127.0.0.1:")
        for (const shown of [error.message, String(error), JSON.stringify(error), String(error.cause)]) {
          assert.notInclude(shown, "Wr0ngSecret")
          assert.notInclude(shown, "simulated")
        }
      }
    })
  )
})
