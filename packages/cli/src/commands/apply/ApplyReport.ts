/**
 * The report on an applied plan: a summary, result files, and a failure if rows were not completed.
 *
 * @since 0.1.0
 */
import * as Path from "@effect/platform/Path"
import * as ApplyResult from "@effect-glowmarkt/runner/ApplyResult"
import type * as Run from "@effect-glowmarkt/runner/Run"
import * as RunReport from "@effect-glowmarkt/runner/RunReport"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Form } from "../../args/Flags.js"
import { Unfinished } from "../../exit/CommandError.js"
import * as OutputFile from "../../files/OutputFile.js"
import * as ResultFolder from "../../files/ResultFolder.js"
import type { CliFlow, RunOutcome } from "../../run/CliFlow.js"
import * as RunSession from "../../run/RunSession.js"
import { count, elapsed, plural } from "../../terminal/Format.js"
import * as Output from "../../terminal/Output.js"
import * as ApplySummary from "./ApplySummary.js"
import * as ApplyTally from "./ApplyTally.js"

/**
 * The output options of `glowmarkt apply` and `glowmarkt runs resume`.
 *
 * @since 0.1.0
 * @category models
 */
export interface ReportOptions {
  readonly out: Option.Option<string>
  readonly overwrite: "allowed" | "refused"
  readonly form: Form
}

const encode = Schema.encodeSync(ApplyResult.Summary)

const head = ({ finishedAt, runId, startedAt, total }: ApplyResult.Summary, { subjects }: CliFlow): string =>
  `${count(total)} ${subjects} in ${elapsed(startedAt, finishedAt)}, run ${runId}`

const names = { results: "results.ndjson", failed: "failed.csv" }

/**
 * Checks that the results can be written, before the run starts.
 *
 * @since 0.1.0
 * @category running
 */
export const prepare = Effect.fnUntraced(function* (
  { out, overwrite }: ReportOptions,
  runId: Run.RunId,
  inputs: ReadonlyArray<string>
) {
  if (Option.isNone(out)) return
  const { join } = yield* Path.Path
  const written = Object.values(names)
  yield* OutputFile.ensureDistinct(
    written.map((name) => join(out.value, name)),
    inputs
  )
  yield* ResultFolder.prepare({ directory: out.value, kind: "apply", names: written, written, runId, overwrite })
})

const save = Effect.fnUntraced(function* (out: string, flow: CliFlow, runId: Run.RunId) {
  const path = yield* Path.Path
  yield* ResultFolder.recordOwner(out, "apply", runId)
  const results = path.join(out, names.results)
  const failed = path.join(out, names.failed)
  yield* OutputFile.write(results, RunReport.ndjson(flow.rows(runId)))
  yield* OutputFile.write(failed, RunReport.failedCsv(flow.rows(runId)))
  return { results, failed }
})

/** Fails if rows were not completed, or added accounts had to be made inactive. */
const checkTally = (
  tally: ApplyTally.ApplyTally,
  rollback: RunOutcome["rollback"],
  failedCsv: Option.Option<string>
) => {
  const incomplete = ApplyTally.incompleteCount(tally)
  if (incomplete === 0 && rollback === undefined) return Effect.void
  const next = Option.match(failedCsv, {
    onNone: () => "Pass --out DIR next time to get a failed.csv that can be planned again.",
    onSome: (file) => `Fix ${incomplete === 1 ? "it" : "them"} in ${file} and plan that file again.`
  })
  const verb = incomplete === 1 ? "was" : "were"
  return new Unfinished({ message: `${plural(incomplete, "row")} ${verb} not completed. ${next}` })
}

/**
 * @since 0.1.0
 * @category running
 */
export const report = Effect.fnUntraced(function* (
  { form, out }: ReportOptions,
  flow: CliFlow,
  { rollback, summary }: RunOutcome,
  finishedBefore: RunSession.FinishedBefore
) {
  const tally = yield* ApplyTally.fromRows(flow.rows(summary.runId))
  yield* form === "json"
    ? Output.jsonLine({
        _tag: "Summary",
        ...encode(summary),
        ...(rollback === undefined ? {} : { rollback }),
        ...RunSession.reused(finishedBefore)
      })
    : Output.data(ApplySummary.render(head(summary, flow), tally, rollback, yield* Output.layout))
  const files = Option.isSome(out) ? Option.some(yield* save(out.value, flow, summary.runId)) : Option.none()
  if (Option.isSome(files)) yield* Output.note(`\nWrote ${files.value.results}, ${files.value.failed}`)
  return yield* checkTally(
    tally,
    rollback,
    Option.map(files, ({ failed }) => failed)
  )
})
