/**
 * A run that workers carry out, independently of this process: prints that it is submitted, and
 * shows its progress.
 *
 * @since 0.1.0
 */
import * as Cluster from "@effect-glowmarkt/cluster/Cluster"
import type * as Run from "@effect-glowmarkt/runner/Run"
import type * as RunStore from "@effect-glowmarkt/runner/RunStore"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Stream from "effect/Stream"
import type { LimitFlags } from "../args/RunFlags.js"
import { RunInterrupted } from "../exit/CommandError.js"
import * as InterruptedExit from "../exit/InterruptedExit.js"
import * as Output from "../terminal/Output.js"
import * as ProgressView from "./ProgressView.js"
import * as ResumeCommand from "./ResumeCommand.js"
import * as RunLimits from "./RunLimits.js"
import type * as RunSession from "./RunSession.js"
import type * as StoreSelection from "./StoreSelection.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface ViewFlags extends Pick<ProgressView.ViewOptions, "progress" | "form"> {
  readonly patience: LimitFlags["patience"]
}

const commandOf =
  (runId: Run.RunId, { repeated }: StoreSelection.Database) =>
  (word: string) =>
    ResumeCommand.make(["runs", word, runId], repeated)

const continuesNotice = (runId: Run.RunId, database: StoreSelection.Database) => {
  const command = commandOf(runId, database)
  return `Run ${runId} continues without this command. Watch it with\n  ${command("watch")}\nStop it with\n  ${command("stop")}`
}

/**
 * Returns the texts and commands to print about a run in this database.
 *
 * @since 0.1.0
 * @category constructors
 */
export const session = (
  runId: Run.RunId,
  subjects: string,
  database: StoreSelection.Database,
  flags: ViewFlags
): RunSession.Session & { readonly continuesNotice: string } => {
  const command = commandOf(runId, database)
  return {
    runId,
    subjects,
    commands: { resume: command("resume"), restart: command("resume"), report: command("watch") },
    continuesNotice: continuesNotice(runId, database),
    finished: "report",
    view: {
      progress: flags.progress,
      form: flags.form,
      maxOutage: RunLimits.maxOutageOf(flags),
      first: "Waiting for the workers …"
    }
  }
}

/** A killed worker stays in the list for a minute. */
const maxSilence = Duration.seconds(15)

const noteMissingWorkers = Effect.gen(function* () {
  const now = yield* DateTime.now
  const workers = yield* Cluster.workers
  const isAlive = workers.some(({ lastSeen }) =>
    Duration.lessThan(DateTime.distanceDuration(lastSeen, now), maxSilence)
  )
  if (!isAlive) yield* Output.note("No worker is running, so the run has to wait. Start one with\n  glowmarkt worker")
})

/**
 * Prints that the run is submitted. `afterSubmitting` is `return` if this command does not watch
 * it.
 *
 * @since 0.1.0
 * @category running
 */
export const announce = Effect.fnUntraced(function* (
  { continuesNotice, runId, view }: ReturnType<typeof session>,
  afterSubmitting: "watch" | "return"
) {
  if (afterSubmitting === "return") {
    yield* view.form === "json"
      ? Output.jsonLine({ _tag: "Submitted", runId })
      : Effect.zipRight(Output.data(`Run ${runId} is submitted.`), Output.note(continuesNotice))
  } else if (view.form === "human" && view.progress === "shown") {
    yield* Output.note(`Run ${runId}`)
  }
  yield* noteMissingWorkers
})

/**
 * Prints how to watch and stop the run if this effect is interrupted, because the workers continue
 * the run.
 *
 * @since 0.1.0
 * @category combinators
 */
export const leaveOnInterrupt =
  (runId: Run.RunId, database: StoreSelection.Database) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>) => {
    const message = continuesNotice(runId, database)
    return Effect.zipRight(InterruptedExit.setFinalMessage(message), effect).pipe(
      Effect.onInterrupt(() => Output.note(`Interrupted.\n${message}`)),
      Effect.ensuring(InterruptedExit.clearFinalMessage)
    )
  }

/**
 * Shows the progress of a run until it is finished.
 *
 * @since 0.1.0
 * @category running
 */
export const follow = ({ commands, continuesNotice, runId, view: options }: ReturnType<typeof session>) =>
  Effect.gen(function* () {
    const view = yield* ProgressView.make(options)
    const context = yield* Effect.context<Cluster.Cluster | RunStore.RunStore>()
    const failure = yield* Ref.make(Option.none<Stream.Stream.Error<ReturnType<typeof Cluster.watch>>>())
    yield* view(
      Cluster.watch(runId).pipe(
        Stream.catchAll((error) => Stream.execute(Ref.set(failure, Option.some(error)))),
        Stream.provideContext(context)
      )
    )
    const error = Option.getOrUndefined(yield* Ref.get(failure))
    if (error === undefined) return
    if (error._tag === "RunNotFound") return yield* error
    return yield* new RunInterrupted({
      error,
      next: error._tag === "RunStopped" ? `Resume it with\n  ${commands.resume}` : continuesNotice
    })
  })
