/**
 * Renders an audit as one self-contained HTML file to open, print or e-mail.
 *
 * The page has headline numbers, charts of the findings, of directory token expiry and of account
 * age, and a table to sort, filter and search. It makes no requests, which its
 * Content-Security-Policy enforces, and renders account names as text only.
 *
 * @since 0.1.0
 */
import * as Stream from "effect/Stream"
import type { AuditRow } from "./AuditRow.js"
import { block } from "./internal/htmlReport/blocks.js"
import { closing, opening } from "./internal/htmlReport/template.js"
import type { Summary } from "./StatusAudit.js"

// The number of rows per block: large enough to deduplicate repeated values, small enough to hold
// in memory.
const rowsPerBlock = 2_000

/**
 * Renders the page as a stream of bytes, row by row, so that memory use is constant.
 *
 * A truncated page (a full disk) shows the rows it has and warns that some are missing.
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
    Stream.concat(Stream.map(Stream.grouped(rows, rowsPerBlock), block)),
    Stream.concat(Stream.make(closing)),
    Stream.encodeText
  )
