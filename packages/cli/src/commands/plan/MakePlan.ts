/**
 * A plan in the making: watched while it is made, then saved, shown and judged.
 *
 * @since 0.1.0
 */
import { Plan, Progress } from "@effect-glowmarkt/runner"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Effort } from "../../args/RunFlags.js"
import { Unfinished } from "../../exit/CommandError.js"
import * as Pace from "../../run/Pace.js"
import * as ProgressView from "../../run/ProgressView.js"
import * as ResumeLine from "../../run/ResumeLine.js"
import * as ServerCheck from "../../run/ServerCheck.js"
import { count } from "../../terminal/Format.js"
import * as Output from "../../terminal/Output.js"
import * as PlanFile from "./PlanFile.js"
import * as PlanSummary from "./PlanSummary.js"

/**
 * Where a plan goes, and how it is shown.
 *
 * @since 0.1.0
 * @category models
 */
export interface Wishes extends Pick<ProgressView.Wishes, "progress" | "form">, Effort {
  readonly out: Option.Option<string>
}

const encodeHeader = Schema.encodeSync(Plan.Header)

const withReason = ({ entries }: Plan.Plan, tag: "Skip" | "Invalid") =>
  entries.flatMap(({ intent, key, line }) =>
    intent._tag === tag ? [{ key, ...(line === undefined ? {} : { line }), reason: intent.reason }] : []
  )

const forPrograms = (plan: Plan.Plan) => ({
  _tag: "Summary",
  ...encodeHeader(plan.header),
  leftAlone: withReason(plan, "Skip"),
  leftOut: withReason(plan, "Invalid")
})

const rows = (number: number) => (number === 1 ? "1 row" : `${count(number)} rows`)

const judge = ({ header: { counts } }: Plan.Plan) => {
  const complaints = [
    ...(counts.skip > 0 ? [`leaves ${rows(counts.skip)} alone`] : []),
    ...(counts.invalid > 0 ? [`leaves ${rows(counts.invalid)} out`] : [])
  ]
  return complaints.length === 0
    ? Effect.void
    : new Unfinished({ message: `The plan ${complaints.join(" and ")}: see why above.` })
}

const save = (out: string, plan: Plan.Plan) =>
  Effect.zipRight(
    PlanFile.write(out, plan),
    Output.note(`\nWrote ${out}. Nothing is changed yet; look at it, then\n  ${ResumeLine.make(["apply", out], {})}`)
  )

const watched =
  ({ form, progress, ...effort }: Wishes) =>
  <A, E, R>(planning: Effect.Effect<A, E, R>) =>
    Effect.gen(function* () {
      const view = yield* ProgressView.make({ form, progress, patience: Pace.patienceOf(effort), first: "Reading …" })
      return yield* planning.pipe(
        Progress.observe(view),
        Effect.onInterrupt(() => Output.note("Interrupted: nothing is changed, and no plan was written."))
      )
    })

/**
 * @since 0.1.0
 * @category running
 */
export const make = Effect.fnUntraced(function* <E, R>(options: Wishes, planning: Effect.Effect<Plan.Plan, E, R>) {
  yield* ServerCheck.check
  const plan = yield* watched(options)(planning)
  yield* options.form === "json"
    ? Output.jsonLine(forPrograms(plan))
    : Output.data(PlanSummary.render(plan, yield* Output.layout))
  if (Option.isSome(options.out)) yield* save(options.out.value, plan)
  return yield* judge(plan)
})
