/**
 * The report on an audit: a summary, result files, and the failures of `FailOn.ts`.
 *
 * @since 0.1.0
 */
import * as Path from "@effect/platform/Path"
import type * as Finding from "@effect-glowmarkt/runner/Finding"
import type * as Run from "@effect-glowmarkt/runner/Run"
import * as RunStore from "@effect-glowmarkt/runner/RunStore"
import * as StatusAudit from "@effect-glowmarkt/runner/StatusAudit"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Form } from "../../args/Flags.js"
import * as Lazy from "../../args/Lazy.js"
import { UsageError } from "../../exit/CommandError.js"
import * as OutputFile from "../../files/OutputFile.js"
import * as ResultFolder from "../../files/ResultFolder.js"
import * as RunSession from "../../run/RunSession.js"
import * as Output from "../../terminal/Output.js"
import * as AuditFlags from "./AuditFlags.js"
import * as AuditSummary from "./AuditSummary.js"
import * as FailOn from "./FailOn.js"

/**
 * The output options of `glowmarkt audit`, `glowmarkt runs resume` and `glowmarkt runs watch`.
 *
 * @since 0.1.0
 * @category models
 */
export interface ReportOptions {
  readonly out: Option.Option<string>
  readonly overwrite: "allowed" | "refused"
  readonly formats: Option.Option<ReadonlyArray<AuditFlags.Format>>
  readonly failOn: Option.Option<ReadonlyArray<Finding.Finding>>
  readonly form: Form
}

// The modules that write result files take long to load, and most audits do not write any.
const auditFiles = Lazy.module(() => import("./AuditFiles.js"))

const encodeSummary = Schema.encodeSync(StatusAudit.Summary)

const formatsOf = ({ formats }: ReportOptions) => Option.getOrElse(formats, () => AuditFlags.allFormats)

/**
 * Checks that the results can be written, before the audit starts. `inputs` are files that it reads.
 *
 * @since 0.1.0
 * @category running
 */
export const prepare = Effect.fnUntraced(function* (
  options: ReportOptions,
  runId: Run.RunId,
  inputs: ReadonlyArray<string>
) {
  if (Option.isNone(options.out)) {
    return yield* Option.isNone(options.formats)
      ? Effect.void
      : new UsageError({ message: "--format needs a directory: add --out DIR." })
  }
  const directory = options.out.value
  const { join } = yield* Path.Path
  const { names } = yield* auditFiles
  const written = formatsOf(options).map((format) => names[format])
  yield* OutputFile.ensureDistinct(
    written.map((name) => join(directory, name)),
    inputs
  )
  yield* ResultFolder.prepare({
    directory,
    kind: "audit",
    names: Object.values(names),
    written,
    runId,
    overwrite: options.overwrite
  })
})

/**
 * @since 0.1.0
 * @category running
 */
export const report = Effect.fnUntraced(function* (
  options: ReportOptions,
  summary: StatusAudit.Summary,
  finishedBefore: RunSession.FinishedBefore
) {
  const store = yield* RunStore.RunStore
  const run = yield* store.get(summary.runId)
  yield* options.form === "json"
    ? Output.jsonLine({ _tag: "Summary", ...encodeSummary(summary), ...RunSession.reused(finishedBefore) })
    : Output.data(
        AuditSummary.render(
          AuditSummary.head(summary),
          summary,
          yield* AuditSummary.thresholds(run),
          yield* Output.layout
        )
      )
  if (Option.isSome(options.out)) {
    const { writeAll } = yield* auditFiles
    const files = yield* writeAll(options.out.value, formatsOf(options), summary)
    yield* Output.note(`Wrote ${files.join(", ")}`)
  }
  return yield* FailOn.check(options.failOn, summary)
})
