/**
 * What the commands under `glowmarkt runs` do, but for resuming.
 *
 * @since 0.1.0
 */
import { Run, RunStore, StatusAudit } from "@effect-glowmarkt/runner"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Form } from "../../args/Flags.js"
import { Unfinished } from "../../exit/CommandError.js"
import * as FlowRegistry from "../../run/FlowRegistry.js"
import * as ResumeLine from "../../run/ResumeLine.js"
import * as RunView from "../../run/RunView.js"
import * as Store from "../../run/Store.js"
import { count } from "../../terminal/Format.js"
import * as Output from "../../terminal/Output.js"
import * as Prompt from "../../terminal/Prompt.js"
import * as ApplySummary from "../apply/ApplySummary.js"
import * as Tally from "../apply/Tally.js"
import * as AuditSummary from "../audit/AuditSummary.js"

interface Common {
  readonly store: Option.Option<string>
  readonly form: Form
}

interface OfRun extends Common {
  readonly run: Run.RunId
}

const encode = Schema.encodeSync(Run.Run)

const reading = <A, E, R>(command: Effect.Effect<A, E, R>, { store }: Common) =>
  Effect.flatMap(Store.reader(store), (reader) => Effect.provide(command, reader))

/**
 * @since 0.1.0
 * @category commands
 */
export const list = Effect.fn("glowmarkt.runs.list")(function* ({ form }: Common) {
  const store = yield* RunStore.RunStore
  const runs = yield* store.list
  if (form === "json") return yield* Output.json(runs.map((run) => encode(run)))
  if (runs.length > 0) yield* Output.data(RunView.list(runs, yield* Output.layout))
  yield* Output.note(`${runs.length === 1 ? "1 run" : `${count(runs.length)} runs`} in ${store.file}`)
}, reading)

interface Shown {
  readonly forPrograms: Readonly<Record<string, unknown>>
  readonly forPeople: (layout: Output.Layout) => string
}

const shownAudit = (run: Run.Run) =>
  Effect.zipWith(
    StatusAudit.tally(run.runId),
    AuditSummary.thresholds(run),
    (found, lines): Shown => ({
      forPrograms: { ...encode(run), counts: found.counts, errors: found.errors },
      forPeople: (layout) => AuditSummary.render(RunView.facts(run), found, lines, layout)
    })
  )

const shownChange = (run: Run.Run) =>
  Option.match(FlowRegistry.find(run.flow), {
    onNone: () => Effect.succeed<Shown>({ forPrograms: encode(run), forPeople: () => RunView.facts(run) }),
    onSome: ({ rows }) =>
      Effect.map(
        Tally.of(rows(run.runId)),
        (tally): Shown => ({
          forPrograms: { ...encode(run), counts: tally.counts },
          forPeople: (layout) => ApplySummary.render(RunView.facts(run), tally, undefined, layout)
        })
      )
  })

/**
 * @since 0.1.0
 * @category commands
 */
export const show = Effect.fn("glowmarkt.runs.show")(function* ({ form, run: runId, store: named }: OfRun) {
  const store = yield* RunStore.RunStore
  const run = yield* store.get(runId)
  const { forPeople, forPrograms } = yield* run.flow === StatusAudit.flow.name ? shownAudit(run) : shownChange(run)
  yield* form === "json" ? Output.json(forPrograms) : Output.data(forPeople(yield* Output.layout))
  if (form === "human" && run.finishedAt === undefined) {
    yield* Output.note(`\nGo on with\n  ${ResumeLine.make(["runs", "resume", runId], { store: named })}`)
  }
}, reading)

/**
 * @since 0.1.0
 * @category commands
 */
export const forget = Effect.fn("glowmarkt.runs.forget")(
  function* ({ consent, run: runId }: Omit<OfRun, "form"> & { readonly consent: "given" | "ask" }) {
    const store = yield* RunStore.RunStore
    const run = yield* store.get(runId)
    yield* Output.note(`${RunView.facts(run)}\n\nForgetting it deletes what the store has of it, results included.`)
    if (consent === "ask" && !(yield* Prompt.consent("Forget it?"))) {
      return yield* new Unfinished({ message: "Nothing was forgotten." })
    }
    yield* store.forget(runId)
    yield* Output.data(`Forgot run ${runId}.`)
  },
  (command, { run, store }) =>
    Effect.gen(function* () {
      // Looked for first: nobody wants a store made to find that the run is not in it.
      yield* Store.reader(store)
      // As the only one: a run must not be pulled away under a process that works on it.
      return yield* Effect.provide(command, Store.exclusive(yield* Store.file(store), Option.some(run)))
    })
)
