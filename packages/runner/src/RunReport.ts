/**
 * Runs of plans as bytes: every subject, or those that have to be tried again.
 *
 * @since 0.1.0
 */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Row } from "./Applied.js"
import { lines } from "./internal/csvLines.js"

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

const why = ({ outcome, result }: Row): string =>
  result === undefined
    ? "Unprocessed: the run did not get to this row"
    : result._tag === "Failed"
      ? `${result.kind}: ${result.message}${result.mayHaveBeenApplied ? " The change may have been made all the same." : ""}`
      : outcome

/**
 * The rows that failed, and those a run has not got to: the columns they came with, and `error`. The same flow takes the
 * file as its input again.
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
  rows.pipe(
    Stream.filter(({ outcome }) => outcome === "failed" || outcome === "unprocessed"),
    // The header has the columns of all of them.
    Stream.runCollect,
    Effect.map(Chunk.toReadonlyArray),
    Effect.map((failed) => {
      const columns = new Set(failed.flatMap(({ cells }) => Object.keys(cells)))
      columns.add("error")
      const names = [...columns]
      const records = failed.map((row) => names.map((name) => (name === "error" ? why(row) : (row.cells[name] ?? ""))))
      return lines([names, ...records])
    }),
    Stream.fromEffect,
    Stream.encodeText
  )
