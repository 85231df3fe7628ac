/**
 * What `glowmarkt audit` does.
 *
 * @since 0.1.0
 */
import { Engine, type Finding, Progress, Run, RunStore, StatusAudit } from "@effect-glowmarkt/runner"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import * as AuditFiles from "./AuditFiles.js"
import * as AuditFormat from "./AuditFormat.js"
import * as AuditProgress from "./AuditProgress.js"
import * as AuditSummary from "./AuditSummary.js"
import type { AdminScheme } from "./Auth.js"
import { Unfinished, UsageError } from "./CommandError.js"
import * as Environment from "./Environment.js"
import type { Form } from "./Flags.js"
import * as Output from "./Output.js"
import { count } from "./ProgressBar.js"
import * as ResumeLine from "./ResumeLine.js"
import * as Store from "./Store.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface AuditOptions {
  readonly out: Option.Option<string>
  readonly formats: Option.Option<ReadonlyArray<AuditFormat.Format>>
  readonly concurrency: Option.Option<number>
  readonly dormantDays: Option.Option<number>
  readonly expiringDays: Option.Option<number>
  readonly run: Option.Option<Run.RunId>
  readonly store: Option.Option<string>
  readonly failOn: Option.Option<ReadonlyArray<Finding.Finding>>
  readonly progress: "shown" | "quiet"
  readonly auth: Option.Option<AdminScheme>
  readonly form: Form
}

const days = (value: Option.Option<number>) => Option.getOrUndefined(Option.map(value, Duration.days))

const face = Effect.fnUntraced(function* (options: AuditOptions, knowledge: Ref.Ref<AuditProgress.Known>) {
  if (options.progress === "quiet") return AuditProgress.quiet(knowledge)
  const { stderr } = yield* Output.Output
  return Option.isSome(yield* stderr.columns) ? AuditProgress.bar(knowledge) : AuditProgress.lines(knowledge)
})

// Started by npm, `glowmarkt` is not on the path of the shell that the line will be pasted into.
const program = process.env["npm_command"] === undefined ? "glowmarkt" : "npx glowmarkt"

/** Asked of the store: what was in flight when the progress was last told may have been recorded since. */
const sayHowToResume = (line: string, runId: Run.RunId) =>
  Effect.gen(function* () {
    const store = yield* RunStore.RunStore
    const run = yield* Effect.option(store.get(runId))
    const said = Option.match(
      Option.flatMap(run, ({ recorded, total }) =>
        Option.map(Option.fromNullable(total), (total) => `${count(recorded)} of ${count(total)} accounts`)
      ),
      {
        onNone: () => "Interrupted before the list of accounts was read. Start again with",
        onSome: (kept) => `Interrupted: ${kept} are done and kept. Go on with`
      }
    )
    yield* Output.note(`${said}\n  ${line}`)
  })

/** What a resumed run was started with may be other than today's defaults. */
const linesOf = Effect.fnUntraced(function* (runId: Run.RunId) {
  const store = yield* RunStore.RunStore
  const { parameters } = yield* store.get(runId)
  const { dormantFor, expiringWithin } = yield* Effect.orDie(StatusAudit.flow.parameters.decode(parameters))
  return { dormantDays: Duration.toDays(dormantFor), expiringDays: Duration.toDays(expiringWithin) }
})

const encodeSummary = Schema.encodeSync(StatusAudit.Summary)

const report = Effect.fnUntraced(function* (options: AuditOptions, summary: StatusAudit.Summary) {
  yield* options.form === "json"
    ? Output.json(encodeSummary(summary))
    : Output.data(AuditSummary.render(summary, yield* linesOf(summary.runId), yield* Output.columns))
  if (Option.isNone(options.out)) return
  const formats = Option.getOrElse(options.formats, () => AuditFormat.all)
  const files = yield* AuditFiles.writeAll(options.out.value, formats, summary)
  yield* Output.note(`Wrote ${files.join(", ")}`)
})

const judge = (options: AuditOptions, { counts, errors }: StatusAudit.Summary) => {
  const met = Option.getOrElse(options.failOn, () => []).filter((finding) => counts[finding] > 0)
  const failed = Object.values(errors).reduce((sum, number) => sum + number, 0)
  const complaints = [
    ...(failed > 0 ? [`The status of ${count(failed)} accounts could not be established.`] : []),
    ...(met.length > 0
      ? [`--fail-on is met: ${met.map((finding) => `${finding} (${count(counts[finding])})`).join(", ")}.`]
      : [])
  ]
  return complaints.length === 0 ? Effect.void : new Unfinished({ message: complaints.join("\n") })
}

/**
 * @since 0.1.0
 * @category commands
 */
export const run = Effect.fn("glowmarkt.audit")(function* (options: AuditOptions) {
  if (Option.isSome(options.formats) && Option.isNone(options.out)) {
    return yield* new UsageError({
      message: "--format says which files to write, and there is no directory for them.\nSay it: --out DIR."
    })
  }
  if (Option.isSome(options.out)) yield* AuditFiles.prepare(options.out.value)
  const runId = Option.isSome(options.run) ? options.run.value : yield* Run.makeRunId(StatusAudit.flow.name)
  const store = yield* Store.file(options.store)
  const knowledge = yield* Ref.make(AuditProgress.nothing)
  const resume = ResumeLine.make(program, options, { id: runId, store })

  yield* StatusAudit.run({
    runId,
    concurrency: Option.getOrUndefined(options.concurrency),
    dormantFor: days(options.dormantDays),
    expiringWithin: days(options.expiringDays)
  }).pipe(
    Progress.observe(yield* face(options, knowledge)),
    Effect.onInterrupt(() => sayHowToResume(resume, runId)),
    Effect.tap((summary) => report(options, summary)),
    Effect.flatMap((summary) => judge(options, summary)),
    Effect.provide(Engine.sqlite(store)),
    Effect.provide(Environment.admin(options.auth))
  )
})
