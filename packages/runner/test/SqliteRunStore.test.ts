/**
 * The stores in `fixtures/stores` were written by the program of each store version: a finished
 * audit, one killed after 5 of 12 accounts, a finished rename, and one killed before the response
 * to its fourth write.
 */
import { spawn } from "node:child_process"
import { existsSync, readFileSync, statSync } from "node:fs"
import { gunzipSync } from "node:zlib"
import { FileSystem } from "@effect/platform"
import { NodeFileSystem } from "@effect/platform-node"
import * as SqlClient from "@effect/sql/SqlClient"
import { SqliteClient } from "@effect/sql-sqlite-node"
import { assert, layer } from "@effect/vitest"
import { Chunk, Context, DateTime, Effect, Layer, Option, Stream } from "effect"
import { Flow, PlannedFlow, RenameAccounts, Run, RunStore, StatusAudit } from "../src/index.js"
import * as SqliteRunStore from "../src/SqliteRunStore.js"
import { bundle } from "./fixtures/bundle.js"
import { counting } from "./fixtures/counting.js"
import { collected, served, temporary } from "./fixtures/served.js"

const id = (name: string) => Run.RunId.make(name)

const storeOfVersion = (version: number) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const file = `${yield* temporary}/runs.sqlite`
    const packed = yield* fs.readFile(new URL(`fixtures/stores/version-${version}.sqlite.gz`, import.meta.url).pathname)
    yield* fs.writeFile(file, gunzipSync(packed))
    return file
  })

const auditRows = (runId: Run.RunId) => Effect.map(Stream.runCollect(StatusAudit.rows(runId)), Chunk.toReadonlyArray)

layer(served({ accounts: 12, seed: 7 }), { excludeTestServices: true })("SqliteRunStore", (it) => {
  it.scoped.each([1, 2, 3])("opens a store of version %i, and resumes its runs", (version) =>
    Effect.gen(function* () {
      const file = yield* storeOfVersion(version)
      yield* Effect.gen(function* () {
        const store = yield* RunStore.RunStore
        assert.deepStrictEqual(
          (yield* store.list).map(({ finishedAt, recorded, runId, total }) => [
            String(runId),
            recorded,
            total,
            finishedAt !== undefined
          ]),
          [
            ["audit-unfinished", 5, 12, false],
            ["rename-unfinished", 3, 6, false],
            ["audit-finished", 12, 12, true],
            ["rename-finished", 6, 6, true]
          ]
        )
        const sql = yield* SqlClient.SqlClient
        // Earlier versions ran workflows in the same file.
        assert.deepStrictEqual(yield* sql`SELECT name FROM sqlite_master WHERE name LIKE 'cluster%'`, [])
        assert.strictEqual((yield* auditRows(id("audit-finished"))).length, 12)
        const renamed = yield* collected(PlannedFlow.rows(RenameAccounts.flow, id("rename-finished")))
        assert.deepStrictEqual(
          renamed.map(({ outcome }) => outcome),
          Array.from({ length: 6 }, () => "done")
        )

        const before = yield* auditRows(id("audit-unfinished"))
        const audited = yield* StatusAudit.run({ runId: id("audit-unfinished") })
        assert.strictEqual(audited.total, 12)
        const after = yield* auditRows(id("audit-unfinished"))
        assert.deepStrictEqual(after.slice(0, 5), before.slice(0, 5))
        assert.isTrue(after.every(({ error }) => error?.kind !== "Unprocessed"))

        const unfinished = id("rename-unfinished")
        const [, , , fourth] = yield* collected(PlannedFlow.rows(RenameAccounts.flow, unfinished))
        assert(fourth !== undefined)
        assert.strictEqual(fourth.outcome, "unprocessed")
        // The first version kept no journal.
        assert.deepStrictEqual(yield* store.notes(unfinished, fourth.key), version === 1 ? [] : ["writes"])
        const { done, total } = yield* PlannedFlow.resume(RenameAccounts.flow, unfinished)
        assert.deepStrictEqual([done, total], [6, 6])
      }).pipe(Effect.provide([SqliteRunStore.layer(file), Layer.orDie(SqliteClient.layer({ filename: file }))]))
    })
  )
})

interface Arguments {
  readonly store: string
  readonly log: string
  readonly runId: string
  readonly killAfter?: number
  readonly pause?: number
}

interface End {
  readonly signal: string | null
  readonly answer: string
}

const start = (script: string, { killAfter = 0, log, pause = 0, runId, store }: Arguments) =>
  spawn(process.execPath, [script, store, runId, log, String(killAfter), String(pause)], {
    stdio: ["ignore", "pipe", "inherit"]
  })

const ended = (child: ReturnType<typeof start>) =>
  Effect.async<End>((resume) => {
    let answer = ""
    child.stdout.on("data", (data) => {
      answer += String(data)
    })
    child.on("close", (_code, signal) => resume(Effect.succeed({ signal, answer })))
  })

const run = (script: string, args: Arguments) => Effect.suspend(() => ended(start(script, args)))

const firstOutput = (child: ReturnType<typeof start>) =>
  Effect.async<void>((resume) => {
    child.stdout.once("data", () => resume(Effect.void))
  })

const logged = (log: string) => (existsSync(log) ? readFileSync(log, "utf8").trimEnd().split("\n") : [])

const repeated = (lines: ReadonlyArray<string>) => lines.filter((line, i) => lines.indexOf(line) < i)

const read = (store: string, runId: string) =>
  Effect.gen(function* () {
    const { get } = yield* RunStore.RunStore
    const id = Run.RunId.make(runId)
    const rows = yield* Stream.runCollect(
      Flow.rows(
        counting(() => Effect.void),
        id
      )
    )
    return { run: yield* get(id), rows: Chunk.toReadonlyArray(rows) }
  }).pipe(Effect.provide(SqliteRunStore.layerShared(store)))

const setting = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const directory = yield* fs.makeTempDirectoryScoped()
  const script = yield* Effect.promise(() => bundle("process"))
  return { directory, script, store: `${directory}/runs.sqlite` }
})

layer(NodeFileSystem.layer, { excludeTestServices: true })("a process with SqliteRunStore", (it) => {
  it.scoped("a run that is killed twice and resumed equals an uninterrupted one and repeats no recorded work", () =>
    Effect.gen(function* () {
      const { directory, script, store } = yield* setting
      const args = { store, log: `${directory}/killed.log`, runId: "killed" }

      // 1: in the second batch of the second chunk. 2: on its very first subject.
      assert.strictEqual((yield* run(script, { ...args, killAfter: 1150 })).signal, "SIGKILL")
      const once = yield* read(store, "killed")
      assert.strictEqual((yield* run(script, { ...args, killAfter: 1 })).signal, "SIGKILL")
      const { answer } = yield* run(script, args)
      assert.include(answer, `"recorded":2000`)
      yield* run(script, { ...args, log: `${directory}/uninterrupted.log`, runId: "uninterrupted" })

      const killed = yield* read(store, "killed")
      const uninterrupted = yield* read(store, "uninterrupted")
      assert.isTrue(DateTime.Equivalence(killed.run.startedAt, once.run.startedAt))
      assert.deepStrictEqual(
        killed.rows.map((row) => ({ ...row, result: row.result?.product })),
        uninterrupted.rows.map((row) => ({ ...row, result: row.result?.product }))
      )
      assert.isTrue(
        killed.rows.every((row) => row.result && DateTime.Equivalence(row.result.startedAt, once.run.startedAt))
      )

      const lines = logged(args.log)
      assert.strictEqual(lines.filter((line) => line === "listed").length, 1)
      assert.strictEqual(new Set(lines).size, 2001)
      const recordedThen = new Set(
        once.rows.flatMap((row) => (row.outcome === "unprocessed" ? [] : [String(row.subject)]))
      )
      assert.isAtLeast(recordedThen.size, 1000)
      assert.deepStrictEqual(
        repeated(lines).filter((line) => recordedThen.has(line)),
        []
      )
      assert.isAtMost(repeated(lines).length, 101)
    })
  )

  it.scoped("an abandoned run does not start because another run does", () =>
    Effect.gen(function* () {
      const { directory, script, store } = yield* setting
      const left = { store, log: `${directory}/left.log`, runId: "left" }
      yield* run(script, { ...left, killAfter: 300 })
      const then = logged(left.log).length
      assert.include(
        (yield* run(script, { store, log: `${directory}/next.log`, runId: "next" })).answer,
        `"recorded":2000`
      )
      assert.strictEqual(logged(left.log).length, then)
      assert.include((yield* run(script, left)).answer, `"recorded":2000`)
    })
  )

  it.scoped("Ctrl-C stops a run within five seconds and keeps its results, and the run can be resumed", () =>
    Effect.gen(function* () {
      const { directory, script, store } = yield* setting
      const args = { store, log: `${directory}/stopped.log`, runId: "stopped", pause: 20 }
      const child = start(script, args)
      const end = yield* Effect.fork(ended(child))
      yield* firstOutput(child)
      const before = performance.now()
      child.kill("SIGINT")
      const { answer } = yield* end
      assert.isBelow(performance.now() - before, 5000)
      assert.include(answer, `"interrupted":true`)

      const lines = logged(args.log).length - 1
      const { run: stopped } = yield* read(store, "stopped")
      // Sixteen were in flight and not done.
      assert.isAtLeast(stopped.recorded, lines - 16)
      assert.isBelow(stopped.recorded, 2000)
      assert.include((yield* run(script, { ...args, pause: 0 })).answer, `"recorded":2000`)
    })
  )

  /** A limit on the size of files, in blocks of 512 bytes, simulates a full disk. */
  const cramped = (blocks: number, args: ReadonlyArray<string>) =>
    Effect.suspend(() =>
      ended(
        spawn("sh", ["-c", `ulimit -f ${blocks}; exec "$0" "$@"`, process.execPath, ...args], {
          stdio: ["ignore", "pipe", "inherit"]
        })
      )
    )

  it.scoped.each([100, 180, 230, 300, 600])(
    "a store that cannot grow beyond %s blocks fails the run with the reason, and the run continues once there is space",
    (blocks) =>
      Effect.gen(function* () {
        const { directory, script, store } = yield* setting
        const log = `${directory}/full.log`
        const { answer } = yield* cramped(blocks, [script, store, "full", log, "0", "0"])
        assert.include(answer, "the disk is full. Free some space")
        assert.include((yield* run(script, { store, log, runId: "full" })).answer, `"recorded":2000`)
      })
  )

  // One subject, so that every write is one commit and the log is as long as in the measured run.
  it.scoped("a run fails if the disk is full at any commit, and can be resumed from there", () =>
    Effect.gen(function* () {
      const { directory, script, store } = yield* setting
      const runId = Run.RunId.make("full")

      // How long SQLite's log is before each commit.
      const lengths: Array<number> = []
      const measured = `${directory}/measured.sqlite`
      const before = <A, E, R>(commit: Effect.Effect<A, E, R>) =>
        Effect.suspend(() => {
          lengths.push(statSync(`${measured}-wal`).size)
          return commit
        })
      const watched = Layer.map(SqliteRunStore.layer(measured), (context) => {
        const made = Context.get(context, RunStore.RunStore)
        return Context.make(RunStore.RunStore, {
          ...made,
          open: (run) => before(made.open(run)),
          putSubjects: (runId, subjects) => before(made.putSubjects(runId, subjects)),
          record: (runId, results) => before(made.record(runId, results)),
          finish: (runId, at) => before(made.finish(runId, at))
        })
      })
      const flow = counting(() => Effect.void)
      yield* Effect.provide(Flow.run(flow, { runId, parameters: { count: 1 } }), watched)

      const stages: Array<unknown> = []
      for (const length of lengths) {
        const file = `${store}-${length}`
        const args = [script, file, runId, `${directory}/full.log`, "0", "0", "1"]
        const { answer } = yield* cramped(Math.ceil(length / 512), args)
        assert.include(answer, "the disk is full. Free some space")
        const left = yield* Effect.option(read(file, runId))
        stages.push(Option.getOrUndefined(Option.map(left, ({ run }) => [run.total, run.recorded])))
        assert.include(
          (yield* ended(spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] }))).answer,
          `"recorded":1`
        )
      }
      // Fails before anything, the run, its subjects or its results are stored.
      assert.deepStrictEqual(stages, [undefined, [undefined, 0], [1, 0], [1, 1]])
    })
  )
})
