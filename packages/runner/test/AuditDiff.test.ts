import { assert, describe, it } from "@effect/vitest"
import { DateTime, FastCheck as fc } from "effect"
import { AuditDiff, type AuditRow } from "../src/index.js"

const row = (accountId: string | undefined, fields: Partial<AuditRow.AuditRow> = {}): AuditRow.AuditRow => ({
  ...(accountId === undefined ? {} : { accountId }),
  findings: ["healthy"],
  ...fields
})

describe("AuditDiff", () => {
  it("tells what vanished, appeared and changed, in order", () => {
    const before = [row("a"), row("b", { name: "B" }), row("c"), row(undefined, { findings: ["undetermined"] })]
    const after = [
      row("d"),
      row("c", { findings: ["inactive"], tokenExpiryDate: DateTime.unsafeMake("2026-03-14T00:00:00Z") }),
      row("b", { name: "B2", error: { kind: "X", message: "no field" } })
    ]
    assert.deepStrictEqual(AuditDiff.diff(before, after), [
      { _tag: "Vanished", accountId: "a", row: row("a") },
      { _tag: "FieldChanged", accountId: "b", field: "name", before: "B", after: "B2" },
      { _tag: "FindingsChanged", accountId: "c", before: ["healthy"], after: ["inactive"] },
      {
        _tag: "FieldChanged",
        accountId: "c",
        field: "tokenExpiryDate",
        before: null,
        after: "2026-03-14T00:00:00.000Z"
      },
      { _tag: "Vanished", row: row(undefined, { findings: ["undetermined"] }) },
      { _tag: "Appeared", accountId: "d", row: row("d") }
    ])
  })

  const audits = fc.array(
    fc
      .record({ id: fc.constantFrom("a", "b", "c", undefined), name: fc.constantFrom("x", "y", undefined) })
      .map(({ id, name }) => row(id, name === undefined ? {} : { name }))
  )

  it.prop("nothing differs from itself; turned round, what appeared vanished", [audits, audits], ([a, b]) => {
    assert.deepStrictEqual(AuditDiff.diff(a, a), [])
    const count = (differences: ReadonlyArray<AuditDiff.Difference>, tag: AuditDiff.Difference["_tag"]) =>
      differences.filter(({ _tag }) => _tag === tag).length
    const [forth, back] = [AuditDiff.diff(a, b), AuditDiff.diff(b, a)]
    assert.strictEqual(count(forth, "Appeared"), count(back, "Vanished"))
    assert.strictEqual(count(forth, "FieldChanged"), count(back, "FieldChanged"))
    assert.strictEqual(b.length - a.length, count(forth, "Appeared") - count(forth, "Vanished"))
  })
})
