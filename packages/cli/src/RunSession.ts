/**
 * One attempt at a run, from the prompt: shown while it works, and never ended without a word on how to go on.
 *
 * @since 0.1.0
 */
import { Progress, type Run, RunStore } from "@effect-glowmarkt/runner"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type CommandError, Stopped } from "./CommandError.js"
import * as Face from "./Face.js"
import * as Output from "./Output.js"
import { count } from "./ProgressBar.js"

/**
 * - `resume` is the line that goes on with the run, `begin` the one that begins it again where nothing is kept yet.
 * - `subjects` are what it is about: accounts, users.
 *
 * @since 0.1.0
 * @category models
 */
export interface Session {
  readonly runId: Run.RunId
  readonly subjects: string
  readonly lines: { readonly resume: string; readonly begin: string }
  readonly face: Face.Wishes
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
    : Effect.flatMap(howToGoOn(session), (next) => new Stopped({ error, next }))

/**
 * What is done with the results of a run that is finished: where that fails, the run is still there, and says how to do it again.
 *
 * @since 0.1.0
 * @category running
 */
export const report =
  ({ lines, runId }: Session) =>
  <A, E extends CommandError, R>(reporting: Effect.Effect<A, E, R>): Effect.Effect<A, CommandError, R> =>
    Effect.catchAll(
      reporting,
      (error): Effect.Effect<never, CommandError> =>
        error._tag === "Unfinished"
          ? Effect.fail(error)
          : new Stopped({ error, next: `Run ${runId} is finished and kept. For its results again:\n  ${lines.resume}` })
    )

/**
 * @since 0.1.0
 * @category running
 */
export const attempt =
  (session: Session) =>
  <A, E extends CommandError, R>(
    run: Effect.Effect<A, E, R>
  ): Effect.Effect<A, CommandError, R | RunStore.RunStore | Output.Output> =>
    Effect.gen(function* () {
      const say = Effect.flatMap(howToGoOn(session), (next) => Output.note(next))
      return yield* run.pipe(
        Progress.observe(yield* Face.make(session.face)),
        Effect.onInterrupt(() => Effect.zipRight(Output.note("Interrupted."), say)),
        Effect.tapDefect(() => say),
        Effect.catchAll(stopped(session))
      )
    })
