import { writeFileSync } from "node:fs"
import { FileSystem } from "@effect/platform"
import { NodeFileSystem } from "@effect/platform-node"
import * as SqlClient from "@effect/sql/SqlClient"
import { SqliteClient } from "@effect/sql-sqlite-node"
import { assert, describe, it, layer } from "@effect/vitest"
import { Chunk, Context, DateTime, Effect, Exit, Fiber, Layer, Schema, Stream } from "effect"
import { Flow, Run, RunStore, RunStoreError } from "../src/index.js"
import { rollbackRunId } from "../src/internal/store/rollbackRunId.js"
import * as SqliteRunStore from "../src/SqliteRunStore.js"

const runId = Run.RunId.make("run-1")
const startedAt = DateTime.unsafeMake("2026-03-14T09:15:00Z")
const newRun: RunStore.NewRun = { runId, flow: "test", parameters: { days: 30 }, startedAt }

const numbers = (count: number) =>
  Stream.take(
    Stream.iterate(0, (n: number) => n + 1),
    count
  )

const stores = { "in SQLite": SqliteRunStore.layer(":memory:"), "in memory": RunStore.layerMemory }

/** The tables as the first version made them. */
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

/** As text: stores differ in their spans. */
const ending = <A, E>(effect: Effect.Effect<A, E>) => Effect.map(Effect.exit(effect), String)

describe.each(Object.entries(stores))("RunStore %s", (_, store) => {
  const withStore = <A, E>(use: (store: RunStore.RunStore["Type"]) => Effect.Effect<A, E>) =>
    Effect.flatMap(RunStore.RunStore, use).pipe(Effect.provide(store))

  it.effect("a run keeps what it was opened with", () =>
    withStore((store) =>
      Effect.gen(function* () {
        yield* store.open(newRun)
        const again = yield* store.open({ ...newRun, parameters: { days: 1 }, startedAt: DateTime.unsafeMake(0) })
        assert.deepStrictEqual(again.parameters, { days: 30 })
        assert.deepStrictEqual(again.startedAt, startedAt)
        assert.deepStrictEqual(yield* store.list, [again])
        assert.strictEqual(again.total, undefined)
      })
    )
  )

  it.effect("subjects are listed once, and a listing that broke off starts over", () =>
    withStore((store) =>
      Effect.gen(function* () {
        yield* store.open(newRun)
        const broken = yield* Effect.exit(
          store.putSubjects(runId, Stream.concat(numbers(1200), Stream.fail("connection lost")))
        )
        assert.deepStrictEqual(broken, Exit.fail("connection lost"))
        assert.strictEqual((yield* store.get(runId)).total, undefined)
        assert.strictEqual(yield* store.putSubjects(runId, numbers(700)), 700)
        assert.strictEqual(yield* store.putSubjects(runId, Stream.fail("must not be asked")), 700)
        assert.strictEqual(Chunk.size(yield* Stream.runCollect(store.rows(runId))), 700)
      })
    )
  )

  it.effect("a subject keeps its first result, and rows come in the order of listing over several pages", () =>
    withStore((store) =>
      Effect.gen(function* () {
        yield* store.open(newRun)
        yield* store.putSubjects(runId, numbers(2500))
        yield* store.record(runId, [
          { position: 2499, outcome: "failed", result: { text: "first 'quoted' \"é\" \u0000" } },
          { position: 7, outcome: "done", result: null }
        ])
        yield* store.record(runId, [{ position: 7, outcome: "skipped", result: "second" }])
        const rows = Chunk.toReadonlyArray(yield* Stream.runCollect(store.rows(runId)))
        assert.deepStrictEqual(
          rows.map((row) => row.position),
          Array.from({ length: 2500 }, (_, i) => i)
        )
        assert.deepStrictEqual(rows[7], { position: 7, subject: 7, outcome: "done", result: null })
        assert.deepStrictEqual(rows[2499]?.result, { text: "first 'quoted' \"é\" \u0000" })
        assert.deepStrictEqual(rows[8], { position: 8, subject: 8, outcome: "unprocessed" })
        assert.strictEqual((yield* store.get(runId)).recorded, 2)
        const pending = yield* store.pending(runId, 5, 10)
        assert.deepStrictEqual(
          pending.map(({ position }) => position),
          [5, 6, 8, 9]
        )
      })
    )
  )

  it.effect("a result is there once, wherever its recording was interrupted", () =>
    withStore((store) =>
      Effect.gen(function* () {
        yield* store.open(newRun)
        yield* store.putSubjects(runId, numbers(2000))
        let position = 0
        for (let operations = 20; operations < 60; operations += 2) {
          for (let turns = 0; turns < 15; turns++, position++) {
            // In two pages, so in a transaction.
            const results = [position, 1000 + position].map(
              (position): RunStore.Result => ({ position, outcome: "done", result: "here" })
            )
            const recording = Effect.withMaxOpsBeforeYield(store.record(runId, results), operations)
            const fiber = yield* Effect.fork(recording)
            for (let turn = 0; turn < turns; turn++) yield* Effect.yieldNow()
            yield* Fiber.interrupt(fiber)
            yield* store.record(runId, results)
          }
        }
        assert.strictEqual((yield* store.get(runId)).recorded, 2 * position)
        assert.deepStrictEqual(yield* store.count(runId, [[]]), [{ values: ["here"], count: 2 * position }])
      })
    )
  )

  it.effect("finishing is noted once; what is forgotten is gone with all that belongs to it", () =>
    withStore((store) =>
      Effect.gen(function* () {
        const other = Run.RunId.make("other")
        for (const id of [runId, other]) {
          yield* store.open({ ...newRun, runId: id })
          yield* store.putSubjects(id, numbers(3))
          yield* store.record(id, [{ position: 0, outcome: "done", result: 1 }])
        }
        yield* store.finish(runId, DateTime.unsafeMake(1000))
        yield* store.finish(runId, DateTime.unsafeMake(2000))
        assert.deepStrictEqual((yield* store.get(runId)).finishedAt, DateTime.unsafeMake(1000))

        const undo = Run.RunId.make("run-1.undo")
        yield* store.open({ ...newRun, runId: undo })
        yield* store.note(runId, "ann", "writes")
        assert.deepStrictEqual(yield* store.notes(runId, "ann"), ["writes"])
        yield* store.forget(runId)
        assert.strictEqual((yield* Effect.flip(store.forget(runId)))._tag, "RunNotFound")
        assert.strictEqual((yield* Effect.flip(store.get(undo)))._tag, "RunNotFound")
        assert.deepStrictEqual(yield* store.notes(runId, "ann"), [])
        assert.strictEqual((yield* Effect.flip(store.get(runId)))._tag, "RunNotFound")
        assert.strictEqual((yield* Effect.flip(Stream.runDrain(store.rows(runId))))._tag, "RunNotFound")
        yield* store.open(newRun)
        assert.strictEqual((yield* store.get(runId)).recorded, 0)
        assert.strictEqual((yield* store.get(other)).recorded, 1)
      })
    )
  )

  it.effect("of a run that is not there nothing is found, and nothing can be written", () =>
    withStore((store) =>
      Effect.gen(function* () {
        const missing = new Run.RunNotFound({ runId })
        const result: RunStore.Result = { position: 0, outcome: "done", result: 1 }
        const forgotten = Effect.zipRight(store.open(newRun), store.forget(runId))
        for (const before of [Effect.void, forgotten]) {
          yield* before
          assert.deepStrictEqual(yield* store.pending(runId, 0, 10), [])
          assert.deepStrictEqual(yield* store.count(runId, [["findings"]]), [])
          assert.deepStrictEqual(yield* store.notes(runId, "ann"), [])
          yield* store.record(runId, [])
          for (const read of [store.get(runId), store.forget(runId), Stream.runDrain(store.rows(runId))]) {
            assert.strictEqual(yield* ending(read), String(Exit.fail(missing)))
          }
          for (const write of [
            store.putSubjects(runId, numbers(3)),
            store.record(runId, [result]),
            store.record(runId, [result, { ...result, position: 1000 }]),
            store.note(runId, "ann", "writes"),
            store.finish(runId, startedAt)
          ]) {
            assert.strictEqual(yield* ending(write), String(Exit.die(missing)))
          }
          assert.deepStrictEqual(yield* store.list, [])
        }
        // Nothing of it is in the way of a run that is opened later.
        yield* store.open(newRun)
        yield* store.putSubjects(runId, numbers(3))
        assert.strictEqual((yield* store.pending(runId, 0, 10)).length, 3)
        yield* store.record(runId, [result])
        assert.strictEqual((yield* store.get(runId)).recorded, 1)
      })
    )
  )

  it.effect("a note is Unicode", () =>
    withStore((store) =>
      Effect.gen(function* () {
        yield* store.open(newRun)
        yield* store.note(runId, "\ud83d ann", "\ud83d\ude00 \ud83d \u0000")
        yield* store.note(runId, "\ude00 ann", "\ude00\ud83d")
        const kept = ["\ud83d\ude00 \ufffd \u0000", "\ufffd\ufffd"]
        assert.deepStrictEqual(yield* store.notes(runId, "\ufffd ann"), kept)
        assert.deepStrictEqual(yield* store.notes(runId, "\ud83d ann"), kept)
      })
    )
  )

  it.effect("what took back another run is not forgotten, however long the ids are", () =>
    withStore((store) =>
      Effect.gen(function* () {
        for (const length of [94, 95, 96, 99]) {
          const [one, other] = [Run.RunId.make(`${"x".repeat(length)}1`), Run.RunId.make(`${"x".repeat(length)}2`)]
          const all = [one, other].flatMap((id) => [id, rollbackRunId(id)])
          assert.strictEqual(new Set(all).size, 4)
          for (const id of all) yield* store.open({ ...newRun, runId: id })
          yield* store.forget(one)
          assert.deepStrictEqual(
            (yield* store.list).map((run) => run.runId),
            [other, rollbackRunId(other)]
          )
          yield* store.forget(other)
          assert.deepStrictEqual(yield* store.list, [])
        }
      })
    )
  )

  it.effect("counts results by what stands in some of their fields", () =>
    withStore((store) =>
      Effect.gen(function* () {
        yield* store.open(newRun)
        yield* store.putSubjects(runId, numbers(5))
        const results = [
          { findings: ["a", "b"], problem: { kind: "X" } },
          { findings: ["a"] },
          { findings: ["a", "b"], problem: { kind: "X", more: 1 } },
          "text"
        ]
        yield* store.record(
          runId,
          results.map((result, position) => ({ position, outcome: "done", result }))
        )
        const counted = yield* store.count(runId, [["findings"], ["problem", "kind"]])
        assert.sameDeepMembers(
          [...counted],
          [
            { values: [["a", "b"], "X"], count: 2 },
            { values: [["a"], null], count: 1 },
            { values: [null, null], count: 1 }
          ]
        )
      })
    )
  )
})

describe("RunStore", () => {
  layer(NodeFileSystem.layer, { excludeTestServices: true })("on disk", (it) => {
    it.scoped("a store from a newer version is refused and left as it is", () =>
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

    it.scoped("a store from an older version is brought to this one, with all that is in it", () =>
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

    it.scoped("is for its owner only", () =>
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

    it.scoped("keeps nothing of a run that is forgotten, neither in the file nor beside it", () =>
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

    it.scoped("what is not a store says so", () =>
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

    it.scoped("one process works on a store at a time, others may look at it", () =>
      Effect.gen(function* () {
        const file = yield* tempFile
        yield* Effect.scoped(
          Effect.gen(function* () {
            yield* Layer.build(SqliteRunStore.layer(file))
            assert.strictEqual(yield* reasonOf(Effect.scoped(Layer.build(SqliteRunStore.layer(file)))), "inUse")
            const again = yield* Effect.flip(Effect.scoped(Layer.build(SqliteRunStore.layer(file))))
            assert.match(again.message, /: this process has it open already\./)
            const beside = <A, E>(use: (store: RunStore.RunStore["Type"]) => Effect.Effect<A, E>) =>
              Effect.provide(Effect.flatMap(RunStore.RunStore, use), SqliteRunStore.layerShared(file))
            assert.deepStrictEqual(yield* beside((store) => store.list), [])
            // It may be the one that is worked on.
            assert.strictEqual(yield* reasonOf(beside((store) => store.forget(runId))), "inUse")
          })
        )
        assert.strictEqual(yield* reasonOf(Effect.scoped(Layer.build(SqliteRunStore.layer(file)))), "nothing wrong")
      })
    )
  })

  it("names a store in memory, and shows a file's name", () => {
    const message = (file: string) => new RunStoreError.RunStoreError({ reason: "other", file }).message
    assert.strictEqual(message(":memory:"), "Run store in memory: the database refused")
    assert.strictEqual(message("runs\u200b.db"), "Run store runs\\u200b.db: the database refused")
  })

  it("reads SQLite's codes, however deep they are wrapped", () => {
    const full = Object.assign(new Error("database or disk is full"), { code: "SQLITE_FULL" })
    const error = RunStoreError.fromUnknown(
      "a.sqlite",
      new Error("outer", { cause: new Error("inner", { cause: full }) })
    )
    assert.strictEqual(error.reason, "full")
    assert.include(error.message, "a.sqlite")
    assert.include(error.message, "Make room")
    const readOnly = Object.assign(new Error("x"), { code: "SQLITE_READONLY_DIRECTORY" })
    assert.strictEqual(RunStoreError.fromUnknown("a", readOnly).reason, "notWritable")
  })
})
