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
import { Unfinished } from "../../exit/CommandError.js"
import * as FlowRegistry from "../../run/FlowRegistry.js"
import * as ResumeCommand from "../../run/ResumeCommand.js"
import * as RunView from "../../run/RunView.js"
import * as Store from "../../run/Store.js"
import { plural } from "../../terminal/Format.js"
import * as Output from "../../terminal/Output.js"
import * as Prompt from "../../terminal/Prompt.js"
import * as ApplySummary from "../apply/ApplySummary.js"
import * as ApplyTally from "../apply/ApplyTally.js"
import * as AuditSummary from "../audit/AuditSummary.js"

interface Common {
  readonly store: Option.Option<string>
  readonly form: Form
}

interface RunOptions extends Common {
  readonly run: Run.RunId
}

const encode = Schema.encodeSync(Run.Run)

const withReader = <A, E, R>(command: Effect.Effect<A, E, R>, { store }: Common) =>
  Effect.flatMap(Store.reader(store), (reader) => Effect.provide(command, reader))

/**
 * @since 0.1.0
 * @category running
 */
export const list = Effect.fn("glowmarkt.runs.list")(function* ({ form }: Common) {
  const store = yield* RunStore.RunStore
  const runs = yield* store.list
  if (form === "json") return yield* Output.json(runs.map((run) => encode(run)))
  if (runs.length > 0) yield* Output.data(RunView.list(runs, yield* Output.layout))
  yield* Output.note(`${plural(runs.length, "run")} in ${store.file}`)
}, withReader)

interface RunDetails {
  readonly json: Readonly<Record<string, unknown>>
  readonly text: (layout: Output.Layout) => string
}

const auditDetails = (run: Run.Run) =>
  Effect.zipWith(
    StatusAudit.countFindings(run.runId),
    AuditSummary.thresholds(run),
    (tally, thresholds): RunDetails => ({
      json: { ...encode(run), counts: tally.counts, errors: tally.errors },
      text: (layout) => AuditSummary.render(RunView.facts(run), tally, thresholds, layout)
    })
  )

const changeDetails = (run: Run.Run) =>
  Option.match(FlowRegistry.find(run.flow), {
    onNone: () => Effect.succeed<RunDetails>({ json: encode(run), text: () => RunView.facts(run) }),
    onSome: ({ rows }) =>
      Effect.map(
        ApplyTally.fromRows(rows(run.runId)),
        (tally): RunDetails => ({
          json: { ...encode(run), counts: tally.counts },
          text: (layout) => ApplySummary.render(RunView.facts(run), tally, undefined, layout)
        })
      )
  })

/**
 * @since 0.1.0
 * @category running
 */
export const show = Effect.fn("glowmarkt.runs.show")(function* ({ form, run: runId, store: storeOption }: RunOptions) {
  const store = yield* RunStore.RunStore
  const run = yield* store.get(runId)
  const { json, text } = yield* run.flow === StatusAudit.flow.name ? auditDetails(run) : changeDetails(run)
  yield* form === "json" ? Output.json(json) : Output.data(text(yield* Output.layout))
  if (form === "human" && run.finishedAt === undefined) {
    yield* Output.note(`\nResume it with\n  ${ResumeCommand.make(["runs", "resume", runId], { store: storeOption })}`)
  }
}, withReader)

/**
 * @since 0.1.0
 * @category running
 */
export const remove = Effect.fn("glowmarkt.runs.remove")(
  function* ({ consent, run: runId }: Omit<RunOptions, "form"> & { readonly consent: "given" | "ask" }) {
    const store = yield* RunStore.RunStore
    const run = yield* store.get(runId)
    yield* Output.note(`${RunView.facts(run)}\n\nThis deletes the run and its results from the store.`)
    if (consent === "ask" && !(yield* Prompt.consent("Remove this run?"))) {
      return yield* new Unfinished({ message: "Nothing was deleted." })
    }
    yield* store.remove(runId)
    yield* Output.data(`Forgot run ${runId}.`)
  },
  (command, { run, store }) =>
    Effect.gen(function* () {
      // Fails if the store does not exist, instead of creating one without the run.
      yield* Store.reader(store)
      // Exclusive, so that no process is working on the run while it is deleted.
      return yield* Effect.provide(command, Store.exclusive(yield* Store.file(store), Option.some(run)))
    })
)
