/** Selects accounts from an audit as the input of a flow, as if read from the audit's CSV. */
import * as Codec from "@effect-glowmarkt/core/Codec"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import { AuditRow } from "../../AuditRow.js"
import { type Definition, type Input, type InvalidRow, Problem, type Row } from "../../CsvInput.js"
import type { Finding } from "../../Finding.js"
import { type RunId, RunUnfinished } from "../../Run.js"
import { RunStore } from "../../RunStore.js"
import * as StatusAudit from "../../StatusAudit.js"

interface NumberedRow {
  readonly line: number
  readonly row: AuditRow
}

/**
 * Accounts that an unfinished audit has not reached are `undetermined`, which must not be acted on.
 */
export const finishedRun = Effect.fnUntraced(function* (runId: RunId) {
  const run = yield* Effect.flatMap(RunStore, (store) => store.get(runId))
  if (run.finishedAt === undefined) {
    return yield* RunUnfinished.of(run)
  }
  return run
})

export const rowsWith = (runId: RunId, findings: ReadonlyArray<Finding>) =>
  Effect.zipRight(
    finishedRun(runId),
    StatusAudit.rows(runId).pipe(
      Stream.zipWithIndex,
      // The audit's CSV has its header on line 1.
      Stream.map(([row, i]): NumberedRow => ({ row, line: i + 2 })),
      Stream.filter(({ row }) => findings.some((finding) => row.findings.includes(finding))),
      Stream.runCollect,
      Effect.map(Chunk.toReadonlyArray)
    )
  )

const encode = Codec.encoder(AuditRow)

const cellsOf = (row: AuditRow): Readonly<Record<string, string>> => {
  const { error: _, findings, ...texts } = encode(row)
  const cells: Record<string, string> = { findings: findings.join(" ") }
  for (const [column, text] of Object.entries(texts)) {
    if (text !== undefined) {
      cells[column] = String(text)
    }
  }
  return cells
}

export const toInput = <A>({ columns, decode, key }: Definition<A>, rows: ReadonlyArray<NumberedRow>): Input<A> => {
  const names = new Set(columns.map(({ name }) => name))
  const all = new Map<string, Row<A>>()
  const invalid: Array<InvalidRow> = []
  for (const { line, row } of rows) {
    const cells = cellsOf(row)
    const wanted = decode(Object.fromEntries(Object.entries(cells).filter(([name]) => names.has(name))))
    if (Either.isRight(wanted)) {
      const name = key(wanted.right)
      // An account that is listed twice becomes one row.
      all.set(name, all.get(name) ?? { line, cells, value: wanted.right })
    } else {
      const problem = new Problem({
        line,
        column: "accountId",
        value: row.accountId ?? "",
        problem: "could not be read by the audit",
        remedy: "check the account manually"
      })
      invalid.push({ line, cells, problems: [problem] })
    }
  }
  return { rows: [...all.values()], problems: invalid.flatMap(({ problems }) => problems), invalid }
}
