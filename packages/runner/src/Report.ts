/**
 * Renders audits as JSON, NDJSON and CSV, row by row, so that memory use is constant.
 *
 * @since 0.1.0
 */
import * as Codec from "@effect-glowmarkt/core/Codec"
import * as Chunk from "effect/Chunk"
import { flow } from "effect/Function"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { AuditRow } from "./AuditRow.js"
import { header, lines } from "./internal/csv/csvWriter.js"
import { Summary } from "./StatusAudit.js"

const encodeSummary = Schema.encodeSync(Summary)

const encodeRow = Codec.encoder(AuditRow)

/**
 * Renders the summary as indented JSON with a final line break.
 *
 * @example
 * ```ts
 * import { Report, StatusAudit } from "@effect-glowmarkt/runner"
 * import { Console, Effect } from "effect"
 *
 * const program = Effect.flatMap(StatusAudit.run(), (summary) => Console.log(Report.json(summary)))
 * ```
 *
 * @since 0.1.0
 * @category reports
 */
export const json: (summary: Summary) => string = (summary) => `${JSON.stringify(encodeSummary(summary), null, 2)}\n`

/**
 * Renders one JSON object per line, with `findings` as an array and `error` as an object.
 *
 * @example
 * ```ts
 * import { Report, Run, StatusAudit } from "@effect-glowmarkt/runner"
 * import { FileSystem } from "@effect/platform"
 * import { Effect, Stream } from "effect"
 *
 * const save = (runId: Run.RunId) =>
 *   Effect.flatMap(FileSystem.FileSystem, (fs) =>
 *     Stream.run(Report.ndjson(StatusAudit.rows(runId)), fs.sink("accounts.ndjson"))
 *   )
 * ```
 *
 * @since 0.1.0
 * @category reports
 */
export const ndjson: <E, R>(rows: Stream.Stream<AuditRow, E, R>) => Stream.Stream<Uint8Array, E, R> = flow(
  Stream.mapChunks((rows) =>
    Chunk.of(
      Chunk.join(
        Chunk.map(rows, (row) => `${JSON.stringify(encodeRow(row))}\n`),
        ""
      )
    )
  ),
  Stream.encodeText
)

/**
 * The columns of {@link csv}, in order.
 *
 * @since 0.1.0
 * @category constants
 */
export const columns = [
  "accountId",
  "applicationId",
  "userId",
  "directoryId",
  "name",
  "username",
  "email",
  "listStatus",
  "liveStatus",
  "findings",
  "error",
  "createdAt",
  "updatedAt",
  "tokenExpiryDate",
  "listActive",
  "liveActive"
] as const satisfies ReadonlyArray<keyof AuditRow>

const record = (row: AuditRow): ReadonlyArray<string> => {
  const encoded = encodeRow(row)
  const { error } = encoded
  const cells = {
    ...encoded,
    findings: encoded.findings.join(" "),
    error: error === undefined ? undefined : `${error.kind}: ${error.message}`
  }
  return columns.map((column) => String(cells[column] ?? ""))
}

/**
 * Renders CSV as in RFC 4180 (comma, CRLF), in UTF-8 with a byte order mark and a header of
 * {@link columns}.
 *
 * Findings are separated by spaces, and `error` is `kind: message`. An apostrophe precedes text
 * that a spreadsheet would read as a formula.
 *
 * @example
 * ```ts
 * import { Report, type Run, StatusAudit } from "@effect-glowmarkt/runner"
 * import { FileSystem } from "@effect/platform"
 * import { Effect, Stream } from "effect"
 *
 * const save = (runId: Run.RunId) =>
 *   Effect.flatMap(FileSystem.FileSystem, (fs) =>
 *     Stream.run(Report.csv(StatusAudit.rows(runId)), fs.sink("accounts.csv"))
 *   )
 * ```
 *
 * @since 0.1.0
 * @category reports
 */
export const csv = <E, R>(rows: Stream.Stream<AuditRow, E, R>): Stream.Stream<Uint8Array, E, R> =>
  Stream.make(header(columns)).pipe(
    Stream.concat(Stream.mapChunks(rows, (rows) => Chunk.of(lines(Chunk.map(rows, record))))),
    Stream.encodeText
  )
