/**
 * A run that changes something, from consent to report: one that begins, and one that goes on.
 *
 * @since 0.1.0
 */
import type { Consent, Run, RunStore } from "@effect-glowmarkt/runner"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { AdminScheme } from "../../args/Auth.js"
import type { Effort } from "../../args/RunFlags.js"
import type { CommandError } from "../../exit/CommandError.js"
import type { CliFlow, Ended, Running, Work } from "../../run/CliFlow.js"
import * as Pace from "../../run/Pace.js"
import * as ResumeLine from "../../run/ResumeLine.js"
import * as RunSession from "../../run/RunSession.js"
import * as Store from "../../run/Store.js"
import * as Output from "../../terminal/Output.js"
import * as ApplyReport from "./ApplyReport.js"
import * as Confirmation from "./Confirmation.js"

/**
 * What such a run is told.
 *
 * @since 0.1.0
 * @category models
 */
export interface ChangeOptions extends Effort, Confirmation.Said, ApplyReport.Wishes {
  readonly store: Option.Option<string>
  readonly auth: Option.Option<AdminScheme>
  readonly progress: "shown" | "quiet"
}

/**
 * - `show` says what will be done, before anybody is asked.
 * - `begin` are the words that begin the run again, where nothing is kept of it.
 *
 * @since 0.1.0
 * @category models
 */
export interface Change {
  readonly flow: CliFlow
  readonly finished: RunSession.Session["finished"]
  readonly begin: ReadonlyArray<string>
  readonly show: (layout: Output.Layout) => string
  readonly work: Work
  readonly carryOut: (
    running: Running<RunStore.RunStore>,
    consent: Consent.Consent
  ) => Effect.Effect<Ended, CommandError, RunStore.RunStore>
}

/** All that was said of how it is run; what was consented to is asked for again. */
const linesOf = (options: ChangeOptions, { begin }: Change, runId: Run.RunId, store: string) => {
  const said = {
    store: Option.as(options.store, store),
    out: options.out,
    concurrency: options.concurrency,
    rate: options.rate,
    patience: options.patience,
    auth: options.auth,
    delete: options.deleting === "allowed",
    quiet: options.progress === "quiet",
    json: options.form === "json",
    force: options.overwrite === "allowed"
  }
  const resume = ResumeLine.make(["runs", "resume", runId], said)
  return {
    resume,
    again: resume,
    begin: ResumeLine.make(begin, { run: Option.some(runId), ...said })
  }
}

const wantedOf = ({ deletes, deletions, subjects }: CliFlow, work: Work): Confirmation.Wanted => {
  const number = deletions(work)
  return { subjects, changes: work.remaining, deletions: number, deletes: deletes(number) }
}

/**
 * `found` is looked for with the store in hand.
 *
 * @since 0.1.0
 * @category running
 */
export const run = Effect.fnUntraced(function* <R>(
  options: ChangeOptions,
  runId: Run.RunId,
  found: Effect.Effect<Change, CommandError, R>
) {
  const store = yield* Store.file(options.store)
  const changing = Effect.gen(function* () {
    const change = yield* found
    const { flow, work } = change
    const running = yield* flow.open(options.auth)
    const session: RunSession.Session = {
      runId,
      subjects: flow.subjects,
      lines: linesOf(options, change, runId, store),
      finished: change.finished,
      view: {
        progress: options.progress,
        form: options.form,
        patience: Pace.patienceOf(options),
        first: "Looking at what there is to do …"
      }
    }
    const before = yield* RunSession.check(runId)
    yield* Output.picture((layout) => `${change.show(layout)}\n`)
    const consent = yield* Confirmation.obtain(wantedOf(flow, work), options)
    const ended = yield* RunSession.attempt(session, before)(change.carryOut(running, consent))
    yield* RunSession.report(session)(ApplyReport.finish(options, flow, ended, before))
  })
  yield* Effect.scoped(changing).pipe(Effect.provide(Store.exclusive(store, Option.some(runId))))
})
