/**
 * A plan that was just made: saved, shown, and judged.
 *
 * @since 0.1.0
 */
import { type CsvInput, Plan } from "@effect-glowmarkt/runner"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Unfinished } from "./CommandError.js"
import type { Form } from "./Flags.js"
import * as Output from "./Output.js"
import * as PlanFile from "./PlanFile.js"
import * as PlanSummary from "./PlanSummary.js"
import { count } from "./ProgressBar.js"
import * as ResumeLine from "./ResumeLine.js"

/**
 * Where a plan goes, and how it is shown.
 *
 * @since 0.1.0
 * @category models
 */
export interface Wishes {
  readonly out: Option.Option<string>
  readonly form: Form
}

const encodeHeader = Schema.encodeSync(Plan.Header)

const forPrograms = ({ entries, header }: Plan.Plan, problems: ReadonlyArray<CsvInput.Problem>) => ({
  _tag: "Summary",
  ...encodeHeader(header),
  leftAlone: entries.flatMap(({ intent, key, line }) =>
    intent._tag === "Skip" ? [{ key, ...(line === undefined ? {} : { line }), reason: intent.reason }] : []
  ),
  leftOut: problems
})

const rows = (number: number) => (number === 1 ? "1 row" : `${count(number)} rows`)

const judge = ({ header: { counts } }: Plan.Plan, problems: ReadonlyArray<CsvInput.Problem>) => {
  const invalid = new Set(problems.map(({ line }) => line)).size
  const complaints = [
    ...(counts.skip > 0 ? [`leaves ${rows(counts.skip)} alone`] : []),
    ...(invalid > 0 ? [`leaves ${rows(invalid)} out`] : [])
  ]
  return complaints.length === 0
    ? Effect.void
    : new Unfinished({ message: `The plan ${complaints.join(" and ")}: see why above.` })
}

const save = (out: string, plan: Plan.Plan) =>
  Effect.zipRight(
    PlanFile.write(out, plan),
    Output.note(`Wrote ${out}. Nothing is changed yet; look at it, then\n  ${ResumeLine.make(["apply", out], {})}`)
  )

/**
 * `problems` are those of rows that are not in the plan.
 *
 * @since 0.1.0
 * @category running
 */
export const finish = Effect.fnUntraced(function* (
  { form, out }: Wishes,
  plan: Plan.Plan,
  problems: ReadonlyArray<CsvInput.Problem>
) {
  yield* form === "json"
    ? Output.jsonLine(forPrograms(plan, problems))
    : Output.data(PlanSummary.render(plan, problems, yield* Output.layout))
  if (Option.isSome(out)) yield* save(out.value, plan)
  return yield* judge(plan, problems)
})
