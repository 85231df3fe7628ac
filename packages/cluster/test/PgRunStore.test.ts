import { assert, it } from "@effect/vitest"
import { Run, RunStore } from "@effect-glowmarkt/runner"
import { DateTime, Effect, Layer, Stream } from "effect"
import { runStoreSuite } from "../../runner/test/fixtures/runStoreSuite.js"
import { Database, PgRunStore } from "../src/index.js"
import { database, describeWithPostgres } from "./support/database.js"

const store = Layer.unwrapScoped(
  Effect.map(database, (url) =>
    Layer.provide(PgRunStore.layer(url.location), Database.layer({ url, applicationName: "test" }))
  )
)

describeWithPostgres("PgRunStore", () => {
  runStoreSuite("in PostgreSQL", store)
})

describeWithPostgres("PgRunStore", () => {
  it.effect("keeps characters that PostgreSQL's own JSON refuses, and counts results that contain them", () =>
    Effect.gen(function* () {
      const store = yield* RunStore.RunStore
      const runId = Run.RunId.make("run-1")
      yield* store.open({ runId, flow: "test", parameters: { text: "\u0000" }, startedAt: DateTime.unsafeMake(0) })
      yield* store.putSubjects(runId, Stream.make("\ud83d", "plain \\u0000"))
      yield* store.record(runId, [
        { position: 0, outcome: "done", result: { kind: "a", text: "\u0000 \udc00 \\u0000" } },
        { position: 1, outcome: "done", result: { kind: "a" } }
      ])
      const rows = yield* Stream.runCollect(store.rows(runId))
      assert.deepStrictEqual(
        [...rows].map(({ result, subject }) => [subject, result]),
        [
          ["\ud83d", { kind: "a", text: "\u0000 \udc00 \\u0000" }],
          ["plain \\u0000", { kind: "a" }]
        ]
      )
      assert.deepStrictEqual(yield* store.count(runId, [["kind"]]), [{ values: ["a"], count: 2 }])
      assert.deepStrictEqual((yield* store.get(runId)).parameters, { text: "\u0000" })
    }).pipe(Effect.provide(store))
  )

  it.effect("uses one of two concurrent listings", () =>
    Effect.gen(function* () {
      const store = yield* RunStore.RunStore
      const runId = Run.RunId.make("run-1")
      yield* store.open({ runId, flow: "test", parameters: {}, startedAt: DateTime.unsafeMake(0) })
      const totals = yield* Effect.all(
        [store.putSubjects(runId, Stream.range(0, 1499)), store.putSubjects(runId, Stream.range(0, 2499))],
        { concurrency: 2 }
      )
      assert.strictEqual(totals[0], totals[1])
      const rows = yield* Stream.runCollect(store.rows(runId))
      assert.strictEqual(rows.length, totals[0])
    }).pipe(Effect.provide(store))
  )

  it.effect("counts a result once if two processes record it", () =>
    Effect.gen(function* () {
      const store = yield* RunStore.RunStore
      const runId = Run.RunId.make("run-1")
      yield* store.open({ runId, flow: "test", parameters: {}, startedAt: DateTime.unsafeMake(0) })
      yield* store.putSubjects(runId, Stream.range(0, 99))
      const results = Array.from(
        { length: 100 },
        (_, position): RunStore.Result => ({ position, outcome: "done", result: position })
      )
      yield* Effect.all(
        Array.from({ length: 8 }, () => store.record(runId, results)),
        { concurrency: "unbounded", discard: true }
      )
      assert.strictEqual((yield* store.get(runId)).recorded, 100)
    }).pipe(Effect.provide(store))
  )
})
