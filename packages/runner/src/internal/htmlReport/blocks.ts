import * as VisibleText from "@effect-glowmarkt/core/VisibleText"
import * as Chunk from "effect/Chunk"
import * as DateTime from "effect/DateTime"
import * as Predicate from "effect/Predicate"
import type { AuditRow } from "../../AuditRow.js"
import type { Finding } from "../../Finding.js"
import { escapeJson } from "./escape.js"
import * as payload from "./payload.js"

// This line fails to compile if the page does not know a finding.
const bit = (finding: Finding) => 1 << payload.findings.indexOf(finding)

const textOf = (row: AuditRow, field: payload.TextField): string | undefined => {
  const text = field === "errorKind" ? row.error?.kind : field === "errorMessage" ? row.error?.message : row[field]
  return text === undefined ? undefined : VisibleText.escape(text)
}

const texts = (values: ReadonlyArray<string | undefined>): payload.Texts | undefined => {
  const places = new Map<string, number>()
  for (const value of values) {
    if (value !== undefined && !places.has(value)) {
      places.set(value, places.size + 1)
    }
  }
  if (places.size === 0) {
    return undefined
  }
  // Ids and names are mostly distinct; statuses, applications and errors are not.
  return places.size * 2 > values.length
    ? values.map((value) => value ?? 0)
    : {
        distinct: [...places.keys()],
        at: values.map((value) => (value === undefined ? 0 : (places.get(value) ?? 0)))
      }
}

const instants = (values: ReadonlyArray<DateTime.Utc | undefined>): ReadonlyArray<number | null> | undefined =>
  values.some(Predicate.isNotUndefined)
    ? values.map((value) => (value === undefined ? null : DateTime.toEpochMillis(value)))
    : undefined

/** Makes an object with one column per field. Empty columns are `undefined`, which JSON omits. */
const columns = <F extends string, A>(fields: ReadonlyArray<F>, column: (field: F) => A) =>
  Object.fromEntries(fields.map((field) => [field, column(field)] as const))

/** Renders rows as a page element. */
export const block = (chunk: Chunk.Chunk<AuditRow>): string => {
  const rows = Chunk.toReadonlyArray(chunk)
  const json = escapeJson({
    rows: rows.length,
    findings: rows.map((row) => row.findings.reduce((mask, finding) => mask | bit(finding), 0)),
    texts: columns(payload.textFields, (field) => texts(rows.map((row) => textOf(row, field)))),
    instants: columns(payload.instantFields, (field) => instants(rows.map((row) => row[field])))
  })
  return `<script type="application/json" class="${payload.blockClass}">${json}</script>\n`
}
