/**
 * Runs of plans as bytes: every subject, or those that have to be tried again.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Row } from "./ApplyResult.js"
import { header, lines } from "./internal/csv/csvWriter.js"

/**
 * One JSON object a line: the subject, its outcome, what was planned, and what became of it.
 *
 * @since 0.1.0
 * @category reports
 */
export const ndjson = <E, R>(rows: Stream.Stream<Row, E, R>): Stream.Stream<Uint8Array, E, R> =>
  rows.pipe(
    Stream.map(({ key, line, outcome, result, will }) => `${JSON.stringify({ key, outcome, will, line, result })}\n`),
    Stream.encodeText
  )

const why = ({ result }: Row): string => {
  switch (result?._tag) {
    case undefined:
      return "Unprocessed: the run did not get to this row"
    case "Failed":
      return `${result.kind}: ${result.message}${result.mayHaveBeenApplied ? " The change may have been made all the same." : ""}`
    case "Skipped":
      return `Skipped: ${result.reason}`
    case "Done":
      return ""
  }
}

/** Whether the wanted end is there, as far as the run knows. */
const isSatisfied = ({ outcome, result }: Row): boolean =>
  outcome === "done" || (result?._tag === "Skipped" && result.end === "reached")

/**
 * The rows whose wanted end is not there: failed, skipped for a reason, invalid, or not got to. In the columns they came with, and `error`.
 * A row without cells has its key as `subject`. The same flow takes the file as its input again. Where there are none it is the header alone.
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
    // The header has the columns of all of them. A row that came without cells is named by its subject.
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
        name === "error" ? why(row) : (row.cells[name] ?? (name === "subject" && isBare(row) ? row.key : ""))
      return header(names) + lines(missed.map((row) => names.map((name) => cell(row, name))))
    })
  }).pipe(Stream.fromEffect, Stream.encodeText)
