/**
 * One attempt at a run, from the prompt: shown while it works, and never ended without a word on how to go on.
 *
 * @since 0.1.0
 */
import { Progress, type Run, RunStore } from "@effect-glowmarkt/runner"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { type CommandError, RunInterrupted, UsageError } from "../exit/CommandError.js"
import * as InterruptPolicy from "../exit/InterruptPolicy.js"
import { count, elapsed } from "../terminal/Format.js"
import * as Output from "../terminal/Output.js"
import * as ProgressView from "./ProgressView.js"
import * as RunView from "./RunView.js"
import * as ServerCheck from "./ServerCheck.js"

/**
 * - `resume` is the line that goes on with the run, `begin` the one that begins it again where nothing is kept yet, `again` the one
 *   that reports on it once it is finished.
 * - `finished` says what a finished run of this name means: its results are wanted, or the name is taken.
 * - `subjects` are what it is about: accounts, users.
 *
 * @since 0.1.0
 * @category models
 */
export interface Session {
  readonly runId: Run.RunId
  readonly subjects: string
  readonly lines: { readonly resume: string; readonly begin: string; readonly again: string }
  readonly finished: "report" | "refuse"
  readonly view: ProgressView.Wishes
}

/** Asked of the store: what was in flight when the progress was last told may have been recorded since. */
const howToGoOn = ({ lines, runId, subjects }: Session) =>
  Effect.gen(function* () {
    const store = yield* RunStore.RunStore
    const run = yield* Effect.option(store.get(runId))
    return Option.match(
      Option.flatMap(run, ({ recorded, total }) =>
        Option.map(Option.fromNullable(total), (total) => `${count(recorded)} of ${count(total)} ${subjects}`)
      ),
      {
        onNone: () => `Nothing is done yet. Begin run ${runId} again with\n  ${lines.begin}`,
        onSome: (kept) => `${kept} are done and kept. Go on with\n  ${lines.resume}`
      }
    )
  })

/** These came before the run, and what they ask for is another command and not this one again. */
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

const stopped = (session: Session) => (error: CommandError) =>
  refusals.includes(error._tag)
    ? Effect.fail(error)
    : Effect.flatMap(howToGoOn(session), (next) => new RunInterrupted({ error, next }))

const known = (runId: Run.RunId) =>
  Effect.flatMap(RunStore.RunStore, (store) => store.get(runId)).pipe(
    Effect.asSome,
    Effect.catchTag("RunNotFound", () => Effect.succeedNone)
  )

/** The largest unit of it is enough. */
const ago = (finishedAt: DateTime.Utc) =>
  Effect.map(DateTime.now, (now) => {
    const [largest] = elapsed(finishedAt, now).split(" ")
    return `${RunView.instant(finishedAt)}, ${largest} ago`
  })

/**
 * When a run was finished, if it was before this command.
 *
 * @since 0.1.0
 * @category models
 */
export type Before = Option.Option<DateTime.Utc>

/**
 * Checks that there is a server, before a run begins or goes on. One that is finished needs none.
 *
 * @since 0.1.0
 * @category checking
 */
export const check = (runId: Run.RunId) =>
  known(runId).pipe(
    Effect.map((run): Before => Option.flatMap(run, ({ finishedAt }) => Option.fromNullable(finishedAt))),
    Effect.tap((before) => (Option.isSome(before) ? Effect.void : ServerCheck.check))
  )

/**
 * What programs read in the summary of a run that was finished before.
 *
 * @since 0.1.0
 * @category rendering
 */
export const reused = (before: Before): { readonly reused?: true } => (Option.isSome(before) ? { reused: true } : {})

const resultsAgain = ({ lines, runId }: Session) =>
  `Run ${runId} is finished and kept. For its results again:\n  ${lines.again}`

/**
 * What is done with the results of a run that is finished: where that fails, the run is still there, and says how to do it again.
 *
 * @since 0.1.0
 * @category running
 */
export const report =
  (session: Session) =>
  <A, E extends CommandError, R>(
    reporting: Effect.Effect<A, E, R>
  ): Effect.Effect<A, CommandError, R | InterruptPolicy.InterruptPolicy | Output.Output> => {
    const next = resultsAgain(session)
    return InterruptPolicy.remember(next).pipe(
      Effect.zipRight(reporting),
      Effect.onInterrupt(() => Output.note(`Interrupted.\n${next}`)),
      Effect.tapDefect(() => Output.note(next)),
      Effect.catchAll(
        (error): Effect.Effect<never, CommandError> =>
          error._tag === "Unfinished" ? Effect.fail(error) : new RunInterrupted({ error, next })
      ),
      Effect.ensuring(InterruptPolicy.forget)
    )
  }

/** Said when it begins, to whoever watches: however it ends, its name is known. */
const introduced = ({ view, runId }: Session) =>
  view.progress === "quiet" || view.form === "json" ? Effect.void : Output.note(`Run ${runId}`)

/** Old results must not pass for new ones: they are only reported to a command that asks for them. */
const reportedAgain = Effect.fnUntraced(function* ({ finished, lines, runId }: Session, finishedAt: DateTime.Utc) {
  const then = `Run ${runId} was finished before (${yield* ago(finishedAt)})`
  if (finished === "report") {
    return yield* Output.note(`${then}: nothing is asked of the server, these are its results.`)
  }
  return yield* new UsageError({
    message: `${then}. For its results again:\n  ${lines.again}\nA new run needs another name. With --run ${runId}-{date} each day has its own.`
  })
})

/**
 * @since 0.1.0
 * @category running
 */
export const attempt =
  (session: Session, before: Before) =>
  <A, E extends CommandError, R>(
    run: Effect.Effect<A, E, R>
  ): Effect.Effect<A, CommandError, R | RunStore.RunStore | InterruptPolicy.InterruptPolicy | Output.Output> =>
    Effect.gen(function* () {
      const { lines, runId } = session
      const say = Effect.flatMap(howToGoOn(session), (next) => Output.note(next))
      const hastily = (line: string) =>
        InterruptPolicy.remember(`Run ${runId}: what is done is kept. Go on with\n  ${line}`)
      // Before it has its subjects, only the words that began it say what it is about.
      yield* hastily(lines.begin)
      if (Option.isNone(before)) yield* introduced(session)
      const view = yield* ProgressView.make(session.view)
      const ending = yield* InterruptPolicy.InterruptPolicy
      const remembering = Stream.tap<Progress.Event, void, never, InterruptPolicy.InterruptPolicy>(({ _tag }) =>
        _tag === "SubjectsListed" ? hastily(lines.resume) : Effect.void
      )
      return yield* run.pipe(
        Progress.observe((events) =>
          view(Stream.provideService(remembering(events), InterruptPolicy.InterruptPolicy, ending))
        ),
        Effect.onInterrupt(() => Effect.zipRight(Output.note("Interrupted."), say)),
        Effect.tapDefect(() => say),
        Effect.tap(() =>
          Option.match(before, {
            onNone: () => Effect.void,
            onSome: (finishedAt) => reportedAgain(session, finishedAt)
          })
        ),
        Effect.catchAll(stopped(session))
      )
    })
