/**
 * The result files of an audit.
 *
 * @since 0.1.0
 */
import * as Path from "@effect/platform/Path"
import * as HtmlReport from "@effect-glowmarkt/runner/HtmlReport"
import * as Report from "@effect-glowmarkt/runner/Report"
import * as StatusAudit from "@effect-glowmarkt/runner/StatusAudit"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as OutputFile from "../../files/OutputFile.js"
import * as ResultFolder from "../../files/ResultFolder.js"
import type { Format } from "./AuditFlags.js"

const bytes = (format: Format, summary: StatusAudit.Summary) => {
  switch (format) {
    case "json":
      return Stream.encodeText(Stream.make(Report.json(summary)))
    case "ndjson":
      return Report.ndjson(StatusAudit.rows(summary.runId))
    case "csv":
      return Report.csv(StatusAudit.rows(summary.runId))
    case "html":
      return HtmlReport.make(summary, StatusAudit.rows(summary.runId))
  }
}

/**
 * The file name of each format.
 *
 * @since 0.1.0
 * @category constants
 */
export const names: Readonly<Record<Format, string>> = {
  json: "audit.json",
  ndjson: "accounts.ndjson",
  csv: "accounts.csv",
  html: "report.html"
}

/**
 * Writes the results in these formats and returns the paths of the files.
 *
 * @since 0.1.0
 * @category running
 */
export const writeAll = Effect.fnUntraced(function* (
  directory: string,
  formats: ReadonlyArray<Format>,
  summary: StatusAudit.Summary
) {
  const path = yield* Path.Path
  yield* ResultFolder.recordOwner(directory, "audit", summary.runId)
  return yield* Effect.forEach(formats, (format) => {
    const file = path.join(directory, names[format])
    return Effect.as(OutputFile.write(file, bytes(format, summary)), file)
  })
})
