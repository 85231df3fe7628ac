/**
 * Makes a plan: check the server, plan with progress, show, save, and fail if rows were skipped.
 *
 * @since 0.1.0
 */
import * as Plan from "@effect-glowmarkt/runner/Plan"
import * as Progress from "@effect-glowmarkt/runner/Progress"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { LimitFlags } from "../../args/RunFlags.js"
import { Unfinished } from "../../exit/CommandError.js"
import * as ProgressView from "../../run/ProgressView.js"
import * as Reachability from "../../run/Reachability.js"
import * as ResumeCommand from "../../run/ResumeCommand.js"
import * as RunLimits from "../../run/RunLimits.js"
import { plural } from "../../terminal/Format.js"
import * as Output from "../../terminal/Output.js"
import * as PlanFile from "./PlanFile.js"
import * as PlanSummary from "./PlanSummary.js"

/**
 * The output options of `glowmarkt plan`.
 *
 * @since 0.1.0
 * @category models
 */
export interface OutputOptions extends Pick<ProgressView.ViewOptions, "progress" | "form">, LimitFlags {
  readonly out: Option.Option<string>
}

const encodeHeader = Schema.encodeSync(Plan.Header)

const withReason = ({ entries }: Plan.Plan, tag: "Skip" | "Invalid") =>
  entries.flatMap(({ intent, key, line }) =>
    intent._tag === tag ? [{ key, ...(line === undefined ? {} : { line }), reason: intent.reason }] : []
  )

const toJson = (plan: Plan.Plan) => ({
  _tag: "Summary",
  ...encodeHeader(plan.header),
  skipped: withReason(plan, "Skip"),
  invalid: withReason(plan, "Invalid")
})

const checkCounts = ({ header: { counts } }: Plan.Plan) => {
  const complaints = [
    ...(counts.skip > 0 ? [`skips ${plural(counts.skip, "row")}`] : []),
    ...(counts.invalid > 0 ? [`leaves out ${plural(counts.invalid, "invalid row")}`] : [])
  ]
  return complaints.length === 0
    ? Effect.void
    : new Unfinished({ message: `The plan ${complaints.join(" and ")}; the reasons are listed above.` })
}

const save = (out: string, plan: Plan.Plan) =>
  Effect.zipRight(
    PlanFile.write(out, plan),
    Output.note(
      `\nWrote ${out}. Nothing has been changed yet. Review it, then run\n  ${ResumeCommand.make(["apply", out], {})}`
    )
  )

const withProgress =
  ({ form, progress, ...limits }: OutputOptions) =>
  <A, E, R>(planning: Effect.Effect<A, E, R>) =>
    Effect.gen(function* () {
      const view = yield* ProgressView.make({
        form,
        progress,
        maxOutage: RunLimits.maxOutageOf(limits),
        first: "Reading …"
      })
      return yield* planning.pipe(
        Progress.observe(view),
        Effect.onInterrupt(() => Output.note("Interrupted. Nothing was changed and no plan was written."))
      )
    })

/**
 * @since 0.1.0
 * @category running
 */
export const make = Effect.fnUntraced(function* <E, R>(
  options: OutputOptions,
  planning: Effect.Effect<Plan.Plan, E, R>
) {
  yield* Reachability.check
  const plan = yield* withProgress(options)(planning)
  yield* options.form === "json"
    ? Output.jsonLine(toJson(plan))
    : Output.data(PlanSummary.render(plan, yield* Output.layout))
  if (Option.isSome(options.out)) yield* save(options.out.value, plan)
  return yield* checkCounts(plan)
})
