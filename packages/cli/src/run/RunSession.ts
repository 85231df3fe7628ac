/**
 * Runs a flow from the command line: shows its progress and, if it stops early, how to resume it.
 *
 * @since 0.1.0
 */
import * as Progress from "@effect-glowmarkt/runner/Progress"
import type * as Run from "@effect-glowmarkt/runner/Run"
import * as RunStore from "@effect-glowmarkt/runner/RunStore"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { type CommandError, RunInterrupted, UsageError } from "../exit/CommandError.js"
import * as InterruptedExit from "../exit/InterruptedExit.js"
import { count, elapsed, instant } from "../terminal/Format.js"
import * as Output from "../terminal/Output.js"
import * as ProgressView from "./ProgressView.js"
import * as Reachability from "./Reachability.js"

/**
 * - `commands`: `resume` resumes the run, `restart` starts it again if nothing was saved yet, and
 *   `report` reports on it once it is finished.
 * - `finished`: for a finished run of this name, report its results, or refuse the name.
 * - `subjects` is what the run processes: accounts or users.
 *
 * @since 0.1.0
 * @category models
 */
export interface Session {
  readonly runId: Run.RunId
  readonly subjects: string
  readonly commands: { readonly resume: string; readonly restart: string; readonly report: string }
  readonly finished: "report" | "refuse"
  readonly view: ProgressView.ViewOptions
}

/**
 * Says what was done and how to continue. It reads the store, because results may have been
 * recorded since the last progress event.
 */
const nextStep = ({ commands, runId, subjects }: Session) =>
  Effect.gen(function* () {
    const store = yield* RunStore.RunStore
    const run = yield* Effect.option(store.get(runId))
    return Option.match(
      Option.flatMap(run, ({ recorded, total }) =>
        Option.map(Option.fromNullable(total), (total) => `${count(recorded)} of ${count(total)} ${subjects}`)
      ),
      {
        onNone: () => `Nothing has been done yet. Start run ${runId} again with\n  ${commands.restart}`,
        onSome: (finished) => `${finished} are done and saved. Resume with\n  ${commands.resume}`
      }
    )
  })

/** Errors that mean that the run did not start, so that resuming it would not help. */
const refusals: ReadonlyArray<CommandError["_tag"]> = [
  "RunMismatch",
  "RunNotFound",
  "PlanMismatch",
  "PlanNeeded",
  "InvalidPlan",
  "ConsentMismatch",
  "Refused",
  "UsageError"
]

const withNextStep = (session: Session) => (error: CommandError) =>
  refusals.includes(error._tag)
    ? Effect.fail(error)
    : Effect.flatMap(nextStep(session), (next) => new RunInterrupted({ error, next }))

const findRun = (runId: Run.RunId) =>
  Effect.flatMap(RunStore.RunStore, (store) => store.get(runId)).pipe(
    Effect.asSome,
    Effect.catchTag("RunNotFound", () => Effect.succeedNone)
  )

/** Formats when the run finished, and how long ago that is in the largest unit. */
const finishTime = (finishedAt: DateTime.Utc) =>
  Effect.map(DateTime.now, (now) => {
    const [largest] = elapsed(finishedAt, now).split(" ")
    return `${instant(finishedAt)}, ${largest} ago`
  })

/**
 * When the run finished, if it finished before this command started; otherwise `None`.
 *
 * @since 0.1.0
 * @category models
 */
export type FinishedBefore = Option.Option<DateTime.Utc>

/**
 * Checks that the server is reachable, unless the run is already finished.
 *
 * @since 0.1.0
 * @category running
 */
export const check = (runId: Run.RunId) =>
  findRun(runId).pipe(
    Effect.map((run): FinishedBefore => Option.flatMap(run, ({ finishedAt }) => Option.fromNullable(finishedAt))),
    Effect.tap((finishedBefore) => (Option.isSome(finishedBefore) ? Effect.void : Reachability.check))
  )

/**
 * Returns the field that marks the summary of a run that was already finished.
 *
 * @since 0.1.0
 * @category reports
 */
export const reused = (finishedBefore: FinishedBefore): { readonly reused?: true } =>
  Option.isSome(finishedBefore) ? { reused: true } : {}

const reportStep = ({ commands, runId }: Session) =>
  `Run ${runId} is finished and saved. Report on it with\n  ${commands.report}`

/**
 * Reports on a finished run. If that fails, the run is still saved, and the command that reports on
 * it again is printed.
 *
 * @since 0.1.0
 * @category running
 */
export const report =
  (session: Session) =>
  <A, E extends CommandError, R>(
    reportEffect: Effect.Effect<A, E, R>
  ): Effect.Effect<A, CommandError, R | InterruptedExit.InterruptedExit | Output.Output> => {
    const next = reportStep(session)
    return InterruptedExit.setFinalMessage(next).pipe(
      Effect.zipRight(reportEffect),
      Effect.onInterrupt(() => Output.note(`Interrupted.\n${next}`)),
      Effect.tapDefect(() => Output.note(next)),
      Effect.catchAll(
        (error): Effect.Effect<never, CommandError> =>
          error._tag === "Unfinished" ? Effect.fail(error) : new RunInterrupted({ error, next })
      ),
      Effect.ensuring(InterruptedExit.clearFinalMessage)
    )
  }

/** Prints the run id at the start, so that it is known even after a crash. */
const printRunId = ({ view, runId }: Session) =>
  view.progress === "quiet" || view.form === "json" ? Effect.void : Output.note(`Run ${runId}`)

/**
 * Refuses the name of a finished run, so that old results do not pass for new ones.
 *
 * @since 0.1.0
 * @category running
 */
export const checkReuse = Effect.fnUntraced(function* (
  { commands, finished, runId }: Session,
  finishedAt: DateTime.Utc
) {
  const already = `Run ${runId} already finished (${yield* finishTime(finishedAt)})`
  if (finished === "report") {
    return yield* Output.note(`${already}. Showing its saved results; nothing was fetched.`)
  }
  return yield* new UsageError({
    message: `${already}. Show its saved results with\n  ${commands.report}\nFor a new run, choose another --run name; --run ${runId}-{date} gives each day its own.`
  })
})

/**
 * Runs the flow with its progress. Every way it can stop early prints how to resume it.
 *
 * @since 0.1.0
 * @category running
 */
export const attempt =
  (session: Session, finishedBefore: FinishedBefore) =>
  <A, E extends CommandError, R>(
    run: Effect.Effect<A, E, R>
  ): Effect.Effect<A, CommandError, R | RunStore.RunStore | InterruptedExit.InterruptedExit | Output.Output> =>
    Effect.gen(function* () {
      const { commands, runId } = session
      const printNextStep = Effect.flatMap(nextStep(session), (next) => Output.note(next))
      const setFinalMessage = (command: string) =>
        InterruptedExit.setFinalMessage(`Run ${runId}: finished work is saved. Resume with\n  ${command}`)
      // Until the subjects are listed, only the original options select them.
      yield* setFinalMessage(commands.restart)
      if (Option.isNone(finishedBefore)) yield* printRunId(session)
      const view = yield* ProgressView.make(session.view)
      const interrupted = yield* InterruptedExit.InterruptedExit
      const updateFinalMessage = Stream.tap<Progress.Event, void, never, InterruptedExit.InterruptedExit>(({ _tag }) =>
        _tag === "SubjectsListed" ? setFinalMessage(commands.resume) : Effect.void
      )
      return yield* run.pipe(
        Progress.observe((events) =>
          view(Stream.provideService(updateFinalMessage(events), InterruptedExit.InterruptedExit, interrupted))
        ),
        Effect.onInterrupt(() => Effect.zipRight(Output.note("Interrupted."), printNextStep)),
        Effect.tapDefect(() => printNextStep),
        Effect.tap(() =>
          Option.match(finishedBefore, {
            onNone: () => Effect.void,
            onSome: (finishedAt) => checkReuse(session, finishedAt)
          })
        ),
        Effect.catchAll(withNextStep(session))
      )
    })
