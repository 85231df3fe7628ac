/**
 * Two audits compared: what appeared, what vanished, and what changed. Pure.
 *
 * @since 0.1.0
 */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { AuditRow } from "./AuditRow.js"
import { Finding } from "./Finding.js"
import type { RunId, RunMismatch, RunNotFound } from "./Run.js"
import type { RunStore } from "./RunStore.js"
import type { RunStoreError } from "./RunStoreError.js"
import * as StatusAudit from "./StatusAudit.js"

const accountId = Schema.optionalWith(Schema.String, { exact: true })

/**
 * A difference. An account whose findings and fields changed has several.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Difference = Schema.Union(
  Schema.TaggedStruct("Appeared", { accountId, row: AuditRow }),
  Schema.TaggedStruct("Vanished", { accountId, row: AuditRow }),
  Schema.TaggedStruct("FindingsChanged", {
    accountId,
    before: Schema.Array(Finding),
    after: Schema.Array(Finding)
  }),
  Schema.TaggedStruct("FieldChanged", {
    accountId,
    field: Schema.String,
    before: Schema.NullOr(Schema.String),
    after: Schema.NullOr(Schema.String)
  })
)

/**
 * @since 0.1.0
 * @category models
 */
export type Difference = typeof Difference.Type

/**
 * @since 0.1.0
 * @category models
 */
export type Field = Exclude<keyof AuditRow, "accountId" | "findings" | "error">

/**
 * The fields that are compared, in this order. Why a status could not be read is no field of the account.
 *
 * @since 0.1.0
 * @category models
 */
export const fields = [
  "applicationId",
  "userId",
  "directoryId",
  "name",
  "username",
  "email",
  "listStatus",
  "liveStatus",
  "createdAt",
  "updatedAt",
  "tokenExpiryDate"
] as const satisfies ReadonlyArray<Field>

const encode = Schema.encodeSync(AuditRow)

/** Rows by id; of rows with the same id, or without any, the first is compared with the first, and so on. */
const numbered = (rows: Iterable<AuditRow>): ReadonlyMap<string, AuditRow> => {
  const seen = new Map<string, number>()
  const all = new Map<string, AuditRow>()
  for (const row of rows) {
    const id = row.accountId ?? ""
    const nth = seen.get(id) ?? 0
    seen.set(id, nth + 1)
    all.set(`${nth}:${id}`, row)
  }
  return all
}

const named = ({ accountId }: AuditRow) => (accountId === undefined ? {} : { accountId })

const changes = (before: AuditRow, after: AuditRow): ReadonlyArray<Difference> => {
  const [old, fresh] = [encode(before), encode(after)]
  const findings: ReadonlyArray<Difference> =
    before.findings.join(" ") === after.findings.join(" ")
      ? []
      : [{ _tag: "FindingsChanged", ...named(before), before: before.findings, after: after.findings }]
  const changed = fields
    .filter((field) => old[field] !== fresh[field])
    .map(
      (field): Difference => ({
        _tag: "FieldChanged",
        ...named(before),
        field,
        before: old[field] ?? null,
        after: fresh[field] ?? null
      })
    )
  return [...findings, ...changed]
}

/**
 * Compares two audits. First the accounts of `before` in their order, then what appeared, in the order of `after`.
 *
 * @since 0.1.0
 * @category comparing
 */
export const diff = (before: Iterable<AuditRow>, after: Iterable<AuditRow>): ReadonlyArray<Difference> => {
  const [old, fresh] = [numbered(before), numbered(after)]
  const differences: Array<Difference> = []
  for (const [place, row] of old) {
    const now = fresh.get(place)
    if (now === undefined) {
      differences.push({ _tag: "Vanished", ...named(row), row })
    } else {
      differences.push(...changes(row, now))
    }
  }
  for (const [place, row] of fresh) {
    if (!old.has(place)) {
      differences.push({ _tag: "Appeared", ...named(row), row })
    }
  }
  return differences
}

/**
 * {@link diff} of two runs of the store.
 *
 * @since 0.1.0
 * @category comparing
 */
export const ofRuns = (
  before: RunId,
  after: RunId
): Effect.Effect<ReadonlyArray<Difference>, RunMismatch | RunNotFound | RunStoreError, RunStore> =>
  Effect.zipWith(
    Stream.runCollect(StatusAudit.rows(before)),
    Stream.runCollect(StatusAudit.rows(after)),
    (old, fresh) => diff(Chunk.toReadonlyArray(old), Chunk.toReadonlyArray(fresh))
  )
