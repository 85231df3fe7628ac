/**
 * Renders runs of plans: all subjects as NDJSON, or the failed rows as CSV.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Row } from "./ApplyResult.js"
import { header, lines } from "./internal/csv/csvWriter.js"

/**
 * Renders one JSON object per line: the subject, its outcome, the planned action and the result.
 *
 * @example
 * ```ts
 * import { PlannedFlow, RenameAccounts, type Run, RunReport } from "@effect-glowmarkt/runner"
 * import { FileSystem } from "@effect/platform"
 * import { Effect, Stream } from "effect"
 *
 * const save = (runId: Run.RunId) =>
 *   Effect.flatMap(FileSystem.FileSystem, (fs) =>
 *     Stream.run(RunReport.ndjson(PlannedFlow.rows(RenameAccounts.flow, runId)), fs.sink("rows.ndjson"))
 *   )
 * ```
 *
 * @since 0.1.0
 * @category reports
 */
export const ndjson = <E, R>(rows: Stream.Stream<Row, E, R>): Stream.Stream<Uint8Array, E, R> =>
  rows.pipe(
    Stream.map(({ key, line, outcome, result, will }) => `${JSON.stringify({ key, outcome, will, line, result })}\n`),
    Stream.encodeText
  )

const errorText = ({ result }: Row): string => {
  switch (result?._tag) {
    case undefined:
      return "Unprocessed: the run did not reach this row"
    case "Failed":
      return `${result.kind}: ${result.message}${result.mayHaveBeenApplied ? " The change may have been made anyway." : ""}`
    case "Skipped":
      return `Skipped: ${result.reason}`
    case "Done":
      return ""
  }
}

/** Returns whether the subject was in the wanted state when the run last read it. */
const isSatisfied = ({ outcome, result }: Row): boolean =>
  outcome === "done" || (result?._tag === "Skipped" && result.end === "reached")

/**
 * Renders the rows that were not completed (failed, skipped for a reason, invalid or not reached)
 * in their original columns, plus `error`. A row without cells has its key in a column `subject`.
 * The file can be used as input of the same flow. If every row was completed, the file has only the
 * header.
 *
 * @example
 * ```ts
 * import { PlannedFlow, RenameAccounts, type Run, RunReport } from "@effect-glowmarkt/runner"
 * import { FileSystem } from "@effect/platform"
 * import { Effect, Stream } from "effect"
 *
 * const save = (runId: Run.RunId) =>
 *   Effect.flatMap(FileSystem.FileSystem, (fs) =>
 *     Stream.run(RunReport.failedCsv(PlannedFlow.rows(RenameAccounts.flow, runId)), fs.sink("failed.csv"))
 *   )
 * ```
 *
 * @since 0.1.0
 * @category reports
 */
export const failedCsv = <E, R>(rows: Stream.Stream<Row, E, R>): Stream.Stream<Uint8Array, E, R> =>
  Effect.suspend(() => {
    // The header has the columns of all rows, so nothing can be written before all rows are read.
    const columns = new Set<string>()
    const missed: Array<Row> = []
    const note = (row: Row) =>
      Effect.sync(() => {
        for (const column of Object.keys(row.cells)) columns.add(column)
        if (!isSatisfied(row)) missed.push(row)
      })
    return Effect.map(Stream.runForEach(rows, note), () => {
      const isBare = ({ cells }: Row) => Object.values(cells).every((cell) => cell === "")
      if (missed.some(isBare)) columns.add("subject")
      columns.add("error")
      const names = [...columns]
      const cell = (row: Row, name: string) =>
        name === "error" ? errorText(row) : (row.cells[name] ?? (name === "subject" && isBare(row) ? row.key : ""))
      return header(names) + lines(missed.map((row) => names.map((name) => cell(row, name))))
    })
  }).pipe(Stream.fromEffect, Stream.encodeText)
