/**
 * Applies a plan, or resumes applying one: open the store, check, confirm, run, report.
 *
 * @since 0.1.0
 */
import type { Consent, Run, RunStore } from "@effect-glowmarkt/runner"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { AdminScheme } from "../../args/Auth.js"
import type { AfterSubmitting, LimitFlags, StoreFlags } from "../../args/RunFlags.js"
import type { CommandError } from "../../exit/CommandError.js"
import type { CliFlow, FlowActions, PendingWork, RunOutcome } from "../../run/CliFlow.js"
import * as ResumeCommand from "../../run/ResumeCommand.js"
import * as RunLimits from "../../run/RunLimits.js"
import * as RunSession from "../../run/RunSession.js"
import * as Store from "../../run/Store.js"
import * as StorePath from "../../run/StorePath.js"
import * as Output from "../../terminal/Output.js"
import * as ApplyReport from "./ApplyReport.js"
import * as Confirmation from "./Confirmation.js"

/**
 * The options that `glowmarkt apply` and `glowmarkt runs resume` share.
 *
 * @since 0.1.0
 * @category models
 */
export interface ChangeOptions
  extends LimitFlags,
    StoreFlags,
    Confirmation.ConfirmationFlags,
    ApplyReport.ReportOptions {
  readonly afterSubmitting: AfterSubmitting
  readonly auth: Option.Option<AdminScheme>
  readonly progress: "shown" | "quiet"
}

/**
 * - `show` describes the changes; it is printed before the confirmation.
 * - `restart` is the command that starts the run again if nothing of it was saved, word by word.
 *
 * @since 0.1.0
 * @category models
 */
export interface Change {
  readonly flow: CliFlow
  readonly finished: RunSession.Session["finished"]
  readonly restart: ReadonlyArray<string>
  readonly show: (layout: Output.Layout) => string
  readonly work: PendingWork
  readonly carryOut: (
    actions: FlowActions<RunStore.RunStore>,
    consent: Consent.Consent
  ) => Effect.Effect<RunOutcome, CommandError, RunStore.RunStore>
}

/**
 * Returns the commands to print. They include every option except the consent, which is asked for
 * again.
 */
const commandsOf = (options: ChangeOptions, { restart }: Change, runId: Run.RunId, store: string) => {
  const common = {
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
  const resume = ResumeCommand.make(["runs", "resume", runId], common)
  return {
    resume,
    report: resume,
    restart: ResumeCommand.make(restart, { run: Option.some(runId), ...common })
  }
}

/**
 * Shows the changes and asks for consent to them.
 *
 * @since 0.1.0
 * @category running
 */
export const confirm = Effect.fnUntraced(function* (
  { flow: { deletes, deletions, subjects }, show, work }: Pick<Change, "flow" | "show" | "work">,
  flags: Confirmation.ConfirmationFlags
) {
  yield* Output.noteStyled((layout) => `${show(layout)}\n`)
  const number = deletions(work)
  return yield* Confirmation.getConsent(
    { subjects, changes: work.remaining, deletions: number, deletes: deletes(number) },
    flags
  )
})

/**
 * Opens the store, gets the change from `getChange`, asks for confirmation, runs the change and
 * reports on it.
 *
 * @since 0.1.0
 * @category running
 */
export const run = Effect.fnUntraced(function* <R>(
  options: ChangeOptions,
  runId: Run.RunId,
  getChange: Effect.Effect<Change, CommandError, R>
) {
  const store = yield* StorePath.prepare(options.store)
  const apply = Effect.gen(function* () {
    const change = yield* getChange
    const { flow } = change
    const actions = yield* flow.open(options.auth)
    const session: RunSession.Session = {
      runId,
      subjects: flow.subjects,
      commands: commandsOf(options, change, runId, store),
      finished: change.finished,
      view: {
        progress: options.progress,
        form: options.form,
        maxOutage: RunLimits.maxOutageOf(options),
        first: "Reading the plan …"
      }
    }
    const finishedBefore = yield* RunSession.check(runId)
    const consent = yield* confirm(change, options)
    const outcome = yield* RunSession.attempt(session, finishedBefore)(change.carryOut(actions, consent))
    yield* RunSession.report(session)(ApplyReport.report(options, flow, outcome, finishedBefore))
  })
  yield* Effect.scoped(apply).pipe(Effect.provide(Store.exclusive(store, Option.some(runId))))
})
