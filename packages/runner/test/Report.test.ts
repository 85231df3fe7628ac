import { assert, describe, it } from "@effect/vitest"
import { Chunk, DateTime, Effect, FastCheck as fc, Stream } from "effect"
import { type AuditRow, Report, Run, StatusAudit } from "../src/index.js"

const textOf = <E, R>(bytes: Stream.Stream<Uint8Array, E, R>) => Stream.mkString(Stream.decodeText(bytes))

const row: AuditRow.AuditRow = {
  accountId: "ffe4f42e-7c1a-4ea3-9ec8-087d4a1071e6",
  name: 'Ann "the meter", Bee',
  listStatus: "active",
  liveStatus: "inactive",
  findings: ["inactive", "mismatch"],
  updatedAt: DateTime.unsafeMake("2026-03-14T09:15:00Z")
}

const failed: AuditRow.AuditRow = {
  accountId: "x",
  findings: ["undetermined"],
  error: { kind: "ServerError", message: "the provider failed (500).\nIt said: <html>" }
}

/** A small reader of RFC 4180, independent of the writer. */
const parse = (csv: string): ReadonlyArray<ReadonlyArray<string>> => {
  const cells = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy
  const table: Array<Array<string>> = [[]]
  for (const [, quoted, plain = "", end] of csv.matchAll(cells)) {
    table.at(-1)?.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'))
    if (end === "\r\n") {
      table.push([])
    }
  }
  return table.slice(0, -1)
}

describe("Report", () => {
  it("the summary is JSON with ISO dates", () => {
    const counts = {
      healthy: 1,
      inactive: 0,
      unrecognised: 0,
      mismatch: 0,
      tokenExpired: 0,
      tokenExpiring: 0,
      dormant: 0,
      missing: 0,
      denied: 0,
      undetermined: 0
    }
    const summary = new StatusAudit.Summary({
      runId: Run.RunId.make("r1"),
      startedAt: DateTime.unsafeMake("2026-03-14T09:15:00Z"),
      finishedAt: DateTime.unsafeMake("2026-03-14T09:16:00Z"),
      total: 1,
      counts,
      errors: {}
    })
    assert.deepStrictEqual(JSON.parse(Report.json(summary)), {
      runId: "r1",
      startedAt: "2026-03-14T09:15:00.000Z",
      finishedAt: "2026-03-14T09:16:00.000Z",
      total: 1,
      counts,
      errors: {}
    })
  })

  it.effect("NDJSON has an object per line", () =>
    Effect.gen(function* () {
      const text = yield* textOf(Report.ndjson(Stream.make(row, failed)))
      const lines = text.split("\n")
      assert.strictEqual(lines.pop(), "")
      assert.deepStrictEqual(
        lines.map((line) => JSON.parse(line)),
        [{ ...row, updatedAt: "2026-03-14T09:15:00.000Z" }, failed]
      )
    })
  )

  it.effect("CSV has a header and a line per account, however the rows arrive", () =>
    Effect.gen(function* () {
      const whole = yield* textOf(Report.csv(Stream.make(row, failed)))
      assert.strictEqual(yield* textOf(Report.csv(Stream.rechunk(Stream.make(row, failed), 1))), whole)
      const [header, first, second, ...rest] = parse(whole)
      assert.deepStrictEqual(header, [...Report.columns])
      assert.deepStrictEqual(first?.slice(4, 5), [row.name])
      assert.deepStrictEqual(first?.slice(7, 11), ["active", "inactive", "inactive mismatch", ""])
      assert.deepStrictEqual(second?.[10], "ServerError: the provider failed (500).\nIt said: <html>")
      assert.deepStrictEqual(rest, [])
      assert.strictEqual(yield* textOf(Report.csv(Stream.empty)), `${Report.columns.join(",")}\r\n`)
    })
  )

  it.effect.prop(
    "text is read back unchanged but never starts a formula",
    [
      fc.oneof(
        fc.string({ unit: "grapheme" }),
        fc.constantFrom(
          "=1+1",
          "'=1",
          "+1",
          "-1",
          "@SUM(A1)",
          "\t=1",
          "\r=1",
          " =1",
          "\n=1",
          "\r\n +1",
          "' =1",
          "＝1",
          "'",
          '"'
        )
      )
    ],
    ([name]) =>
      Effect.gen(function* () {
        const [, cells] = parse(yield* textOf(Report.csv(Stream.fromChunk(Chunk.of({ ...row, name })))))
        const cell = cells?.[4] ?? "nothing"
        assert.strictEqual(cell.replace(/^'(?='*(?:[\t\r]|\s*[=+\-@＝＋－＠]))/, ""), name)
        assert.notMatch(cell, /^\s*[=+\-@]|^[\t\r]/)
      })
  )
})
