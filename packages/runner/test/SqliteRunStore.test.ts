/**
 * The stores in `fixtures/stores` were written by the program of each store version: a finished audit, one killed
 * after 5 of 12 accounts, a finished renaming, and one killed before the answer to its fourth write.
 */
import { gunzipSync } from "node:zlib"
import { FileSystem } from "@effect/platform"
import * as SqlClient from "@effect/sql/SqlClient"
import { SqliteClient } from "@effect/sql-sqlite-node"
import { assert, layer } from "@effect/vitest"
import { Chunk, Effect, Layer, Stream } from "effect"
import { PlannedFlow, RenameAccounts, Run, RunStore, StatusAudit } from "../src/index.js"
import * as SqliteRunStore from "../src/SqliteRunStore.js"
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
