/**
 * Audits as bytes: pure, and row by row, so that memory does not grow with the
 * number of accounts.
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
 * The summary as indented JSON with a line break at the end.
 *
 * @since 0.1.0
 * @category reports
 */
export const json: (summary: Summary) => string = (summary) => `${JSON.stringify(encodeSummary(summary), null, 2)}\n`

/**
 * One JSON object a line, `findings` as an array and `error` as an object.
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
 * @category reports
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
 * CSV as RFC 4180 has it (comma, CRLF), in UTF-8 with a byte order mark, with a header of {@link columns}.
 *
 * Several findings are separated by spaces, `error` is `kind: message`, and
 * text that a spreadsheet would take for a formula is preceded by an apostrophe.
 *
 * @since 0.1.0
 * @category reports
 */
export const csv = <E, R>(rows: Stream.Stream<AuditRow, E, R>): Stream.Stream<Uint8Array, E, R> =>
  Stream.make(header(columns)).pipe(
    Stream.concat(Stream.mapChunks(rows, (rows) => Chunk.of(lines(Chunk.map(rows, record))))),
    Stream.encodeText
  )
