/**
 * Runs the commands of `glowmarkt runs`, except `resume`.
 *
 * @since 0.1.0
 */
import * as Run from "@effect-glowmarkt/runner/Run"
import * as RunStore from "@effect-glowmarkt/runner/RunStore"
import * as StatusAudit from "@effect-glowmarkt/runner/StatusAudit"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Form } from "../../args/Flags.js"
import * as Lazy from "../../args/Lazy.js"
import type { StoreFlags } from "../../args/RunFlags.js"
import { type CommandError, Unfinished } from "../../exit/CommandError.js"
import * as FlowRegistry from "../../run/FlowRegistry.js"
import * as ResumeCommand from "../../run/ResumeCommand.js"
import * as RunView from "../../run/RunView.js"
import * as Store from "../../run/Store.js"
import * as StorePath from "../../run/StorePath.js"
import * as StoreSelection from "../../run/StoreSelection.js"
import { plural } from "../../terminal/Format.js"
import * as Output from "../../terminal/Output.js"
import * as Prompt from "../../terminal/Prompt.js"
import * as ApplySummary from "../apply/ApplySummary.js"
import * as ApplyTally from "../apply/ApplyTally.js"
import * as AuditSummary from "../audit/AuditSummary.js"

interface Common extends StoreFlags {
  readonly form: Form
}

interface RunOptions extends Common {
  readonly run: Run.RunId
}

const encode = Schema.encodeSync(Run.Run)

/** Describes a run in a file, which continues only when it is resumed. */
const courseOf = (store: Option.Option<string>): RunView.Course => ({
  state: RunView.state,
  json: () => ({}),
  next: ({ finishedAt, runId }) =>
    finishedAt === undefined
      ? `Resume it with\n  ${ResumeCommand.make(["runs", "resume", runId], { store })}`
      : undefined
})

const submittedRuns = Lazy.module(() => import("./SubmittedRuns.js"))

const withCourse = <A, E extends CommandError, R>(
  command: (course: RunView.Course) => Effect.Effect<A, E, R>,
  flags: StoreFlags
) =>
  Effect.gen(function* () {
    const selection = yield* StoreSelection.select(flags)
    if (selection._tag === "File") {
      return yield* Effect.provide(command(courseOf(flags.store)), yield* Store.fileReader(flags.store))
    }
    const { course, layer } = yield* submittedRuns
    return yield* Effect.provide(Effect.flatMap(course(selection), command), layer(selection))
  })

/**
 * @since 0.1.0
 * @category running
 */
export const list = Effect.fn("glowmarkt.runs.list")(({ form, ...flags }: Common) =>
  withCourse(
    ({ json, state }) =>
      Effect.gen(function* () {
        const store = yield* RunStore.RunStore
        const runs = yield* store.list
        if (form === "json") return yield* Output.json(runs.map((run) => ({ ...encode(run), ...json(run) })))
        if (runs.length > 0) yield* Output.data(RunView.list(runs, state, yield* Output.layout))
        yield* Output.note(`${plural(runs.length, "run")} in ${store.file}`)
      }),
    flags
  )
)

interface RunDetails {
  readonly json: Readonly<Record<string, unknown>>
  readonly text: (layout: Output.Layout) => string
}

const auditDetails = (run: Run.Run, facts: string) =>
  Effect.zipWith(
    StatusAudit.countFindings(run.runId),
    AuditSummary.thresholds(run),
    (tally, thresholds): RunDetails => ({
      json: { counts: tally.counts, errors: tally.errors },
      text: (layout) => AuditSummary.render(facts, tally, thresholds, layout)
    })
  )

const changeDetails = (run: Run.Run, facts: string) =>
  Option.match(FlowRegistry.find(run.flow), {
    onNone: () => Effect.succeed<RunDetails>({ json: {}, text: () => facts }),
    onSome: ({ rows }) =>
      Effect.map(
        ApplyTally.fromRows(rows(run.runId)),
        (tally): RunDetails => ({
          json: { counts: tally.counts },
          text: (layout) => ApplySummary.render(facts, tally, undefined, layout)
        })
      )
  })

/**
 * @since 0.1.0
 * @category running
 */
export const show = Effect.fn("glowmarkt.runs.show")(({ form, run: runId, ...flags }: RunOptions) =>
  withCourse(
    (course) =>
      Effect.gen(function* () {
        const store = yield* RunStore.RunStore
        const run = yield* store.get(runId)
        const facts = RunView.facts(run, course.state(run))
        const { json, text } = yield* run.flow === StatusAudit.flow.name
          ? auditDetails(run, facts)
          : changeDetails(run, facts)
        if (form === "json") return yield* Output.json({ ...encode(run), ...course.json(run), ...json })
        yield* Output.data(text(yield* Output.layout))
        const next = course.next(run)
        if (next !== undefined) yield* Output.note(`\n${next}`)
      }),
    flags
  )
)

const confirmForgetting = Effect.fnUntraced(function* (
  { consent, run: runId }: Pick<ForgetOptions, "run" | "consent">,
  { state }: Pick<RunView.Course, "state">
) {
  const store = yield* RunStore.RunStore
  const run = yield* store.get(runId)
  yield* Output.note(`${RunView.facts(run, state(run))}\n\nThis deletes the run and its results from the store.`)
  if (consent === "ask" && !(yield* Prompt.consent("Delete this run?"))) {
    return yield* new Unfinished({ message: "Nothing was deleted." })
  }
})

interface ForgetOptions extends Omit<RunOptions, "form"> {
  readonly consent: "given" | "ask"
}

/**
 * @since 0.1.0
 * @category running
 */
export const forget = Effect.fn("glowmarkt.runs.forget")(function* (options: ForgetOptions) {
  const { run: runId } = options
  const selection = yield* StoreSelection.select(options)
  if (selection._tag === "Database") {
    const { course, forget, layer } = yield* submittedRuns
    yield* Effect.flatMap(course(selection), (course) => confirmForgetting(options, course)).pipe(
      Effect.zipRight(forget(runId)),
      Effect.provide(layer(selection))
    )
  } else {
    // Fails if the store does not exist, instead of creating one without the run.
    yield* Store.fileReader(options.store)
    yield* confirmForgetting(options, RunView).pipe(
      Effect.zipRight(Effect.flatMap(RunStore.RunStore, (store) => store.forget(runId))),
      // Opens the store for this process alone, so that no other process is using the run while it
      // is deleted.
      Effect.provide(Store.exclusive(yield* StorePath.prepare(options.store), Option.some(runId)))
    )
  }
  yield* Output.data(`Deleted run ${runId}.`)
})
