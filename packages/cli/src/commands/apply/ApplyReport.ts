/**
 * The end of a run that changed something: what became of it, on the screen and in files, and whether that is well.
 *
 * @since 0.1.0
 */
import * as Path from "@effect/platform/Path"
import { ApplyResult, type Run, RunReport } from "@effect-glowmarkt/runner"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Form } from "../../args/Flags.js"
import { Unfinished } from "../../exit/CommandError.js"
import * as OutputFile from "../../files/OutputFile.js"
import * as ResultFolder from "../../files/ResultFolder.js"
import type { CliFlow, Ended } from "../../run/CliFlow.js"
import * as RunSession from "../../run/RunSession.js"
import { count, elapsed } from "../../terminal/Format.js"
import * as Output from "../../terminal/Output.js"
import * as ApplySummary from "./ApplySummary.js"
import * as Tally from "./Tally.js"

/**
 * Where the results go, and how they are shown.
 *
 * @since 0.1.0
 * @category models
 */
export interface Wishes {
  readonly out: Option.Option<string>
  readonly overwrite: "allowed" | "refused"
  readonly form: Form
}

const encode = Schema.encodeSync(ApplyResult.Summary)

const head = ({ finishedAt, runId, startedAt, total }: ApplyResult.Summary, { subjects }: CliFlow): string => {
  return `${count(total)} ${subjects} in ${elapsed(startedAt, finishedAt)}, run ${runId}`
}

const names = { results: "results.ndjson", failed: "failed.csv" }

/**
 * Sees that the results can be written, before there are any.
 *
 * @since 0.1.0
 * @category checking
 */
export const prepare = Effect.fnUntraced(function* (
  { out, overwrite }: Wishes,
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
  yield* ResultFolder.mark(out, "apply", runId)
  const results = path.join(out, names.results)
  const failed = path.join(out, names.failed)
  yield* OutputFile.write(results, RunReport.ndjson(flow.rows(runId)))
  yield* OutputFile.write(failed, RunReport.failedCsv(flow.rows(runId)))
  return { results, failed }
})

const judge = (tally: Tally.Tally, undone: Ended["undone"], failedCsv: Option.Option<string>) => {
  const troubled = Tally.troubledRows(tally)
  if (troubled === 0 && undone === undefined) return Effect.void
  const next = Option.match(failedCsv, {
    onNone: () => "Say --out DIR next time for a failed.csv that can be planned again.",
    onSome: (file) => `Correct what ${file} says of them, and plan that file again.`
  })
  const rows = troubled === 1 ? "1 row" : `${count(troubled)} rows`
  return new Unfinished({ message: `${rows} did not come to the wanted end. ${next}` })
}

/**
 * @since 0.1.0
 * @category running
 */
export const finish = Effect.fnUntraced(function* (
  { form, out }: Wishes,
  flow: CliFlow,
  { summary, undone }: Ended,
  before: RunSession.Before
) {
  const tally = yield* Tally.of(flow.rows(summary.runId))
  yield* form === "json"
    ? Output.jsonLine({
        _tag: "Summary",
        ...encode(summary),
        ...(undone === undefined ? {} : { undone }),
        ...RunSession.reused(before)
      })
    : Output.data(ApplySummary.render(head(summary, flow), tally, undone, yield* Output.layout))
  const files = Option.isSome(out) ? Option.some(yield* save(out.value, flow, summary.runId)) : Option.none()
  if (Option.isSome(files)) yield* Output.note(`\nWrote ${files.value.results}, ${files.value.failed}`)
  return yield* judge(
    tally,
    undone,
    Option.map(files, ({ failed }) => failed)
  )
})
