/**
 * An audit as a page for people: one file that needs nothing else, to open, print or mail.
 *
 * It has the headline numbers, charts of the findings, of the expiry of directory tokens and of the age of
 * accounts, and a table to sort, filter and search. It loads nothing and sends nothing, and says so to the browser (a
 * Content-Security-Policy); names of accounts are never more than text.
 *
 * @since 0.1.0
 */
import * as Stream from "effect/Stream"
import type { AuditRow } from "./AuditRow.js"
import { block } from "./internal/htmlReport/blocks.js"
import { closing, opening } from "./internal/htmlReport/template.js"
import type { Summary } from "./StatusAudit.js"

// Large enough for what a block shares to be written once, small enough to be held.
const rowsABlock = 2_000

/**
 * The page of an audit, as bytes: row by row, so that memory does not grow with the number of accounts.
 *
 * A page that was cut off (a full disk) shows the rows it has and says that some are lacking.
 *
 * @example
 * ```ts
 * import { HtmlReport, StatusAudit } from "@effect-glowmarkt/runner"
 * import { FileSystem } from "@effect/platform"
 * import { Effect, Stream } from "effect"
 *
 * const save = (summary: StatusAudit.Summary) =>
 *   Effect.flatMap(FileSystem.FileSystem, (fs) =>
 *     Stream.run(HtmlReport.make(summary, StatusAudit.rows(summary.runId)), fs.sink("report.html"))
 *   )
 * ```
 *
 * @since 0.1.0
 * @category reports
 */
export const make = <E, R>(summary: Summary, rows: Stream.Stream<AuditRow, E, R>): Stream.Stream<Uint8Array, E, R> =>
  Stream.make(opening(summary)).pipe(
    Stream.concat(Stream.map(Stream.grouped(rows, rowsABlock), block)),
    Stream.concat(Stream.make(closing)),
    Stream.encodeText
  )
