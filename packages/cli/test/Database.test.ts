import * as SqlClient from "@effect/sql/SqlClient"
import { assert, it } from "@effect/vitest"
import { Database, DatabaseUrl } from "@effect-glowmarkt/cluster"
import { Simulator } from "@effect-glowmarkt/simulator"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Submitted from "./support/Submitted.js"

const change = ({ GLOWMARKT_DATABASE_URL }: Submitted.Environment, statement: string) =>
  Effect.flatMap(DatabaseUrl.parse(Redacted.make(GLOWMARKT_DATABASE_URL)), (url) =>
    Effect.provide(
      Effect.flatMap(SqlClient.SqlClient, (sql) => sql.unsafe(statement)),
      Database.layerClient({ url, applicationName: "test" })
    )
  )

Submitted.describeWithPostgres("glowmarkt database", () => {
  it.scopedLive("check distinguishes missing, current, older and newer tables, and migrate creates them", () =>
    Effect.gen(function* () {
      const environment = yield* Submitted.environment
      const run = (...args: ReadonlyArray<string>) => Submitted.run(environment, args)

      for (const state of ["missing", "older"]) {
        if (state === "older") yield* change(environment, "DELETE FROM glowmarkt_migrations")
        const unready = yield* run("database", "check")
        assert.strictEqual(unready.code, 1, state)
        assert.match(unready.stdout, /^Version +0 \(no tables yet\)$/m)
        assert.include(unready.stderr, "glowmarkt database migrate")
        const looking = yield* run("runs", "list")
        assert.strictEqual(looking.code, 2)
        assert.match(looking.stderr, /tables are missing or are from an older version/)
        if (state === "missing") assert.strictEqual((yield* run("database", "migrate")).code, 0)
      }
      yield* change(environment, "INSERT INTO glowmarkt_migrations (migration_id, name) VALUES (1, 'runs')")

      const ready = yield* run("database", "check", "--json")
      assert.strictEqual(ready.code, 0, ready.stderr)
      assert.deepInclude(JSON.parse(ready.stdout), { version: 1, settings: { shards: 120, lockSeconds: 9 } })
      assert.strictEqual((yield* run("database", "migrate")).code, 0)
      assert.deepStrictEqual(JSON.parse((yield* run("runs", "list", "--json")).stdout), [])

      yield* change(environment, "INSERT INTO glowmarkt_migrations (migration_id, name) VALUES (99, 'later')")
      for (const args of [
        ["database", "check"],
        ["database", "migrate"],
        ["runs", "list"]
      ]) {
        const newer = yield* run(...args)
        assert.strictEqual(newer.code, 2)
        assert.match(newer.stderr, /newer version/)
      }
    }).pipe(Effect.provide(Simulator.layer({ accounts: 5, seed: 1 })))
  )
})
