import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { assert, describe, it, layer } from "@effect/vitest"
import { Account, AdminAccounts } from "@effect-glowmarkt/core"
import { Chunk, DateTime, Effect, Either, FastCheck as fc, Schema, Stream } from "effect"
import { AccountFilter, AuditDiff, type AuditRow, Report, Run, RunStore, StatusAudit } from "../src/index.js"
import { bytesOf } from "./fixtures/served.js"

const row = (accountId: string | undefined, fields: Partial<AuditRow.AuditRow> = {}): AuditRow.AuditRow => ({
  ...(accountId === undefined ? {} : { accountId }),
  findings: ["healthy"],
  ...fields
})

const collected = <E, R>(differences: Stream.Stream<AuditDiff.Difference, E, R>) =>
  Effect.map(Stream.runCollect(differences), Chunk.toReadonlyArray)

const diff = (before: ReadonlyArray<AuditRow.AuditRow>, after: ReadonlyArray<AuditRow.AuditRow>) =>
  collected(AuditDiff.diff(Stream.fromIterable(before), Stream.fromIterable(after)))

const written = (rows: ReadonlyArray<AuditRow.AuditRow>) => bytesOf(Report.ndjson(Stream.fromIterable(rows)))

describe("AuditDiff", () => {
  const before = [row("a"), row("b", { name: "B" }), row("c"), row(undefined, { findings: ["undetermined"] })]
  const after = [
    row("d"),
    row("c", { findings: ["inactive"], tokenExpiryDate: DateTime.unsafeMake("2026-03-14T00:00:00Z") }),
    row("b", { name: "B2", error: { kind: "X", message: "no field" } })
  ]
  const expected: ReadonlyArray<AuditDiff.Difference> = [
    { _tag: "FindingsChanged", accountId: "c", before: ["healthy"], after: ["inactive"] },
    { _tag: "FieldChanged", accountId: "c", field: "tokenExpiryDate", before: null, after: "2026-03-14T00:00:00.000Z" },
    { _tag: "FieldChanged", accountId: "b", field: "name", before: "B", after: "B2" },
    { _tag: "Vanished", accountId: "a", row: row("a") },
    { _tag: "Vanished", row: row(undefined, { findings: ["undetermined"] }) },
    { _tag: "Appeared", accountId: "d", row: row("d") }
  ]

  it.effect("reports changed, vanished and new accounts", () =>
    Effect.gen(function* () {
      const differences = yield* diff(before, after)
      const byText = (all: ReadonlyArray<AuditDiff.Difference>) => all.map((one) => JSON.stringify(one)).sort()
      assert.deepStrictEqual(byText(differences), byText(expected))
      assert.deepStrictEqual(differences.map(({ _tag }) => _tag).slice(-3), ["Vanished", "Vanished", "Appeared"])
      assert.deepStrictEqual(yield* AuditDiff.count(Stream.fromIterable(differences)), {
        appeared: 1,
        vanished: 2,
        findingsChanged: 1,
        fieldsChanged: 2
      })
    })
  )

  it.effect("is the same for two files", () =>
    Effect.gen(function* () {
      const [old, fresh] = [yield* written(before), yield* written(after)]
      const files = AuditDiff.diff(
        AuditDiff.fromNdjson(Stream.fromIterable([old.subarray(0, 50), old.subarray(50)])),
        AuditDiff.fromNdjson(Stream.make(fresh))
      )
      assert.deepStrictEqual(yield* collected(files), yield* diff(before, after))
    })
  )

  it.effect("names the line of a truncated or invalid file, or of one from an unfinished audit", () =>
    Effect.gen(function* () {
      const refused = (bytes: Uint8Array) =>
        Effect.map(Effect.flip(Stream.runDrain(AuditDiff.fromNdjson(Stream.make(bytes)))), ({ message }) => message)
      const bytes = yield* written(before)
      const notARow = "not an audit row as accounts.ndjson has them"
      assert.strictEqual(yield* refused(bytes.subarray(0, bytes.length - 9)), `line 4: ${notARow}`)
      assert.strictEqual(yield* refused(Buffer.from('{"accountId":"a"}\n')), `line 1: ${notARow}`)
      const unfinished = [...before, row("x", { error: { kind: "Unprocessed", message: "…" } })]
      assert.include(yield* refused(yield* written(unfinished)), "line 5: the audit was not finished")
    })
  )

  it.effect("fails with the first file's error if neither can be read, at once or later", () =>
    Effect.gen(function* () {
      const good = yield* written(Array.from({ length: 5_000 }, (_, i) => row(`a${i}`)))
      const bad = Buffer.from("no row\n")
      const [long, other] = [Buffer.alloc(20_000_000, "x"), Buffer.concat([good, Buffer.alloc(20_000_000, "x"), good])]
      const read = (...pieces: ReadonlyArray<Uint8Array>) =>
        AuditDiff.fromNdjson(
          Stream.fromIterable(
            pieces.flatMap((piece) =>
              Array.from({ length: Math.ceil(piece.length / 65_536) }, (_, i) =>
                piece.subarray(i * 65_536, (i + 1) * 65_536)
              )
            )
          )
        )
      for (const [before, after, line] of [
        [read(bad), read(bad), 1],
        [read(good, bad), read(good, bad), 5_001],
        [read(good, bad), read(bad), 1],
        [read(good), read(bad), 1],
        [read(long), read(good), 1],
        [read(other), read(other), 5_001]
      ] as const) {
        const { message } = yield* Effect.flip(collected(AuditDiff.diff(before, after)))
        assert.include(message, `line ${line}: not an audit row`)
      }
    })
  )

  it.effect("only holds accounts that are out of step", () =>
    Effect.gen(function* () {
      setFlagsFromString("--expose-gc")
      const collectGarbage: () => void = runInNewContext("gc")
      const inUse = () => {
        collectGarbage()
        return process.memoryUsage().heapUsed / 1e6
      }
      const many = 12_000
      const list = (from: number) =>
        Stream.range(from, from + many - 1, 500).pipe(
          Stream.map((i): AuditRow.AuditRow => row(`id-${i}`, { name: Buffer.alloc(4000, 97).toString() }))
        )
      const before = inUse()
      let most = 0
      const watched = Stream.mapChunks(list(3), (rows) => {
        most = Math.max(most, inUse() - before)
        return rows
      })
      assert.strictEqual((yield* collected(AuditDiff.diff(list(0), watched))).length, 6)
      // Each list is 48 MB.
      assert.isBelow(most, 20)
    })
  )

  const audits = fc.array(
    fc
      .record({ id: fc.constantFrom("a", "b", "c", undefined), name: fc.constantFrom("x", "y", undefined) })
      .map(({ id, name }) => row(id, name === undefined ? {} : { name }))
  )

  it.effect.prop(
    "finds no difference between an audit and itself, and swaps new and vanished accounts when reversed",
    [audits, audits],
    ([a, b]) =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* diff(a, a), [])
        const count = (differences: ReadonlyArray<AuditDiff.Difference>, tag: AuditDiff.Difference["_tag"]) =>
          differences.filter(({ _tag }) => _tag === tag).length
        const [forth, back] = [yield* diff(a, b), yield* diff(b, a)]
        assert.strictEqual(count(forth, "Appeared"), count(back, "Vanished"))
        assert.strictEqual(count(forth, "FieldChanged"), count(back, "FieldChanged"))
        assert.strictEqual(b.length - a.length, count(forth, "Appeared") - count(forth, "Vanished"))
      }),
    { fastCheck: { numRuns: 25 } }
  )
})

layer(RunStore.layerMemory, { excludeTestServices: true })("AuditDiff of runs", (it) => {
  const active = Schema.decodeUnknownSync(Account.AccountStatus)({ status: "active", active: true })
  const admin = (ids: ReadonlyArray<string>) =>
    AdminAccounts.AdminAccounts.of({
      list: Effect.die("unused"),
      stream: Stream.fromIterable(
        ids.map((accountId) => Either.right(Schema.decodeUnknownSync(Account.Account)({ accountId, status: "active" })))
      ),
      status: () => Effect.succeed(active),
      get: () => Effect.die("unused"),
      add: () => Effect.die("unused"),
      rename: () => Effect.die("unused"),
      remove: () => Effect.die("unused")
    })

  const audit = (name: string, ids: ReadonlyArray<string>, options: StatusAudit.Options = {}) =>
    Effect.map(
      Effect.provideService(
        StatusAudit.run({ ...options, runId: Run.RunId.make(name) }),
        AdminAccounts.AdminAccounts,
        admin(ids)
      ),
      ({ runId }) => runId
    )

  it.effect("refuses audits that cannot be compared", () =>
    Effect.gen(function* () {
      const march = yield* audit("march", ["a", "b"])
      const april = yield* audit("april", ["b", "c"])
      assert.deepStrictEqual(
        (yield* collected(AuditDiff.diffRuns(march, april))).map(({ _tag, accountId }) => [_tag, accountId]),
        [
          ["Vanished", "a"],
          ["Appeared", "c"]
        ]
      )
      const refused = (before: Run.RunId, after: Run.RunId) =>
        Effect.map(Effect.flip(collected(AuditDiff.diffRuns(before, after))), ({ message }) => message)

      const where = Either.getOrThrow(AccountFilter.parse("status = active"))
      const some = yield* audit("some", ["a", "b"], { where })
      assert.include(yield* refused(march, some), 'where is not set in the first and "status = active" in the second')
      const drawn = yield* audit("drawn", ["a", "b"], { sample: 1 })
      assert.include(yield* refused(march, drawn), "each run samples different accounts")

      const store = yield* RunStore.RunStore
      const unfinished = Run.RunId.make("may")
      yield* store.open({ runId: unfinished, flow: "statusAudit", parameters: {}, startedAt: yield* DateTime.now })
      assert.include(yield* refused(march, unfinished), 'Run "may" is not finished')
    })
  )
})
