import { writeFileSync } from "node:fs"
import { FileSystem } from "@effect/platform"
import { NodeFileSystem } from "@effect/platform-node"
import * as SqlClient from "@effect/sql/SqlClient"
import { SqliteClient } from "@effect/sql-sqlite-node"
import { assert, describe, it, layer } from "@effect/vitest"
import { Chunk, Context, DateTime, Effect, Layer, Schema, Stream } from "effect"
import { Flow, Run, RunStore, RunStoreError } from "../src/index.js"
import * as SqliteRunStore from "../src/SqliteRunStore.js"
import { runStoreSuite } from "./fixtures/runStoreSuite.js"

const runId = Run.RunId.make("run-1")
const startedAt = DateTime.unsafeMake("2026-03-14T09:15:00Z")

const numbers = (count: number) =>
  Stream.take(
    Stream.iterate(0, (n: number) => n + 1),
    count
  )

/** The tables as the first version created them. */
const versionOne = [
  `CREATE TABLE glowmarkt_runs (number INTEGER PRIMARY KEY AUTOINCREMENT, run_id TEXT NOT NULL UNIQUE, flow TEXT NOT NULL,
    parameters TEXT NOT NULL, started_at INTEGER NOT NULL, finished_at INTEGER, total INTEGER)`,
  `CREATE TABLE glowmarkt_subjects (run INTEGER NOT NULL, position INTEGER NOT NULL, subject TEXT NOT NULL,
    PRIMARY KEY (run, position)) WITHOUT ROWID`,
  `CREATE TABLE glowmarkt_results (run INTEGER NOT NULL, position INTEGER NOT NULL, outcome TEXT NOT NULL, result TEXT NOT NULL,
    PRIMARY KEY (run, position)) WITHOUT ROWID`,
  `PRAGMA user_version = 1`
]

const tempFile = Effect.flatMap(FileSystem.FileSystem, (fs) =>
  Effect.map(fs.makeTempDirectoryScoped(), (directory) => `${directory}/runs.sqlite`)
)

const reasonOf = <A, E, R>(effect: Effect.Effect<A, E | RunStoreError.RunStoreError, R>) =>
  Effect.match(effect, {
    onSuccess: () => "nothing wrong",
    onFailure: (error) => (error instanceof RunStoreError.RunStoreError ? error.reason : "another error")
  })

runStoreSuite("in SQLite", SqliteRunStore.layer(":memory:"))

runStoreSuite("in memory", RunStore.layerMemory)

describe("RunStore", () => {
  layer(NodeFileSystem.layer, { excludeTestServices: true })("on disk", (it) => {
    it.scoped("refuses a store from a newer version and leaves it unchanged", () =>
      Effect.gen(function* () {
        const file = yield* tempFile
        const raw = Layer.orDie(SqliteClient.layer({ filename: file }))
        const version = Effect.flatMap(SqlClient.SqlClient, (sql) => sql.unsafe("PRAGMA user_version")).pipe(
          Effect.provide(raw)
        )
        yield* Effect.flatMap(SqlClient.SqlClient, (sql) => sql.unsafe("PRAGMA user_version = 99")).pipe(
          Effect.provide(raw)
        )
        const error = yield* Effect.flip(Layer.build(SqliteRunStore.layer(file)))
        assert.strictEqual(error.reason, "newer")
        assert.include(error.message, "newer version")
        assert.include(error.message, "99")
        assert.deepStrictEqual(yield* version, [{ user_version: 99 }])
      })
    )

    it.scoped("migrates a store from an older version with all its contents", () =>
      Effect.gen(function* () {
        const file = yield* tempFile
        const raw = Layer.orDie(SqliteClient.layer({ filename: file }))
        const at = "2026-03-14T09:15:00.123Z"
        const account = (n: number) => ({
          _tag: "Account",
          account: { accountId: `a${n}`, name: `"${n}"`, updatedAt: at }
        })
        yield* Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          for (const statement of versionOne) yield* sql.unsafe(statement)
          yield* sql`
            INSERT INTO glowmarkt_runs (run_id, flow, parameters, started_at, total)
            VALUES (${runId}, 'statusAudit', '{"days":30}', ${DateTime.toEpochMillis(startedAt)}, 1003)
          `
          for (let n = 0; n < 1003; n++) {
            yield* sql`INSERT INTO glowmarkt_subjects VALUES (1, ${n}, ${JSON.stringify(account(n))})`
            if (n === 1001) continue
            const result = {
              findings: [n % 2 === 0 ? "healthy" : "inactive"],
              ...(n === 5 ? {} : { live: { createdAt: at } })
            }
            yield* sql`INSERT INTO glowmarkt_results VALUES (1, ${n}, 'done', ${JSON.stringify(result)})`
          }
        }).pipe(Effect.provide(raw))
        const store = Context.get(yield* Layer.build(SqliteRunStore.layer(file)), RunStore.RunStore)
        const run = yield* store.get(runId)
        assert.deepStrictEqual([run.recorded, run.total, run.parameters], [1002, 1003, { days: 30 }])
        const millis = DateTime.toEpochMillis(DateTime.unsafeMake(at))
        const stored = (n: number) => ({
          _tag: "Account",
          account: { accountId: `a${n}`, name: `"${n}"`, updatedAt: millis }
        })
        const rows = Chunk.toReadonlyArray(yield* Stream.runCollect(store.rows(runId)))
        assert.strictEqual(rows.length, 1003)
        assert.deepStrictEqual(rows[2], {
          position: 2,
          subject: stored(2),
          outcome: "done",
          result: { findings: ["healthy"], live: { createdAt: millis } }
        })
        assert.deepStrictEqual(rows[5]?.outcome === "done" && rows[5].result, { findings: ["inactive"] })
        assert.deepStrictEqual(rows[1001], { position: 1001, subject: stored(1001), outcome: "unprocessed" })
        assert.deepStrictEqual(yield* store.pending(runId, 0, 1003), [{ position: 1001, subject: stored(1001) }])
      })
    )

    it.scoped("is readable by its owner only", () =>
      Effect.gen(function* () {
        const file = yield* tempFile
        const fs = yield* FileSystem.FileSystem
        yield* Layer.build(SqliteRunStore.layer(file))
        const [directory = ""] = file.split("/runs.sqlite")
        for (const name of yield* fs.readDirectory(directory)) {
          assert.deepStrictEqual([name, (yield* fs.stat(`${directory}/${name}`)).mode & 0o777], [name, 0o600])
        }
      })
    )

    it.scoped("leaves no trace of a removed run in the file or beside it", () =>
      Effect.gen(function* () {
        const file = yield* tempFile
        const fs = yield* FileSystem.FileSystem
        const flow = Flow.make({
          name: "names",
          parameters: Schema.Struct({}),
          defaults: {},
          subject: Schema.String,
          result: Schema.String,
          subjects: () => Stream.map(numbers(500), (n) => `Mata Hari ${n}`),
          step: (name) => Effect.succeed(`${name} was here`)
        })
        yield* Effect.gen(function* () {
          yield* Flow.run(flow, { runId, rate: "unlimited" })
          yield* Flow.run(flow, { runId: Run.RunId.make("other"), rate: "unlimited" })
          const store = yield* RunStore.RunStore
          yield* store.forget(runId)
          yield* store.forget(Run.RunId.make("other"))
          const [directory = ""] = file.split("/runs.sqlite")
          for (const name of yield* fs.readDirectory(directory)) {
            const bytes = Buffer.from(yield* fs.readFile(`${directory}/${name}`))
            assert.isFalse(bytes.includes("Mata Hari"), name)
          }
          const sql = yield* SqlClient.SqlClient
          const tables = yield* sql<{ readonly name: string }>`SELECT name FROM sqlite_master WHERE type = 'table'`
          assert.isTrue(tables.every(({ name }) => name.startsWith("glowmarkt_") || name.startsWith("sqlite_")))
        }).pipe(Effect.provide([SqliteRunStore.layer(file), Layer.orDie(SqliteClient.layer({ filename: file }))]))
      })
    )

    it.scoped("refuses a file that is not a store", () =>
      Effect.gen(function* () {
        const file = yield* tempFile
        writeFileSync(file, "Dear diary, this is long enough to be read as the header of a database file. Not one.")
        assert.strictEqual(yield* reasonOf(Layer.build(SqliteRunStore.layer(file))), "notADatabase")
        assert.strictEqual(
          yield* reasonOf(Layer.build(SqliteRunStore.layer(`${file}/no/such/directory`))),
          "cannotOpen"
        )
      })
    )

    it.scoped("one process at a time can use a store, while others can read it", () =>
      Effect.gen(function* () {
        const file = yield* tempFile
        yield* Effect.scoped(
          Effect.gen(function* () {
            yield* Layer.build(SqliteRunStore.layer(file))
            assert.strictEqual(yield* reasonOf(Effect.scoped(Layer.build(SqliteRunStore.layer(file)))), "inUse")
            const again = yield* Effect.flip(Effect.scoped(Layer.build(SqliteRunStore.layer(file))))
            assert.match(again.message, /: this process already has it open\./)
            const beside = <A, E>(use: (store: RunStore.RunStoreService) => Effect.Effect<A, E>) =>
              Effect.provide(Effect.flatMap(RunStore.RunStore, use), SqliteRunStore.layerShared(file))
            assert.deepStrictEqual(yield* beside((store) => store.list), [])
            // It may be the run in progress.
            assert.strictEqual(yield* reasonOf(beside((store) => store.forget(runId))), "inUse")
          })
        )
        assert.strictEqual(yield* reasonOf(Effect.scoped(Layer.build(SqliteRunStore.layer(file)))), "nothing wrong")
      })
    )
  })

  it("names a store in memory or its file", () => {
    const message = (file: string) => new RunStoreError.RunStoreError({ reason: "other", file }).message
    assert.strictEqual(message(":memory:"), "Run store in memory: the database reported an error")
    assert.strictEqual(message("runs\u200b.db"), "Run store runs\\u200b.db: the database reported an error")
  })

  it("finds SQLite's codes however deeply they are wrapped", () => {
    const full = Object.assign(new Error("database or disk is full"), { code: "SQLITE_FULL" })
    const error = RunStoreError.fromUnknown(
      "a.sqlite",
      new Error("outer", { cause: new Error("inner", { cause: full }) })
    )
    assert.strictEqual(error.reason, "full")
    assert.include(error.message, "a.sqlite")
    assert.include(error.message, "Free some space")
    const readOnly = Object.assign(new Error("x"), { code: "SQLITE_READONLY_DIRECTORY" })
    assert.strictEqual(RunStoreError.fromUnknown("a", readOnly).reason, "notWritable")
  })
})
