/**
 * Runs the commands of `glowmarkt runs` for runs in a database, which workers carry out.
 *
 * @since 0.1.0
 */
import * as Cluster from "@effect-glowmarkt/cluster/Cluster"
import { type State, Submission, Worker } from "@effect-glowmarkt/cluster/Submission"
import type * as Run from "@effect-glowmarkt/runner/Run"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Form } from "../../args/Flags.js"
import type { StoreFlags } from "../../args/RunFlags.js"
import * as ClusterLayer from "../../run/ClusterLayer.js"
import * as ResumeCommand from "../../run/ResumeCommand.js"
import * as RunView from "../../run/RunView.js"
import * as StoreSelection from "../../run/StoreSelection.js"
import { count, elapsed, instant, plural } from "../../terminal/Format.js"
import * as Output from "../../terminal/Output.js"
import type { Tone } from "../../terminal/Style.js"
import * as Table from "../../terminal/Table.js"

interface DatabaseOptions extends Pick<StoreFlags, "database"> {
  readonly form: Form
}

const encodeSubmission = Schema.encodeSync(Submission)

const encodeWorker = Schema.encodeSync(Worker)

const tones: Readonly<Record<State, Tone>> = {
  submitted: "warn",
  working: "plain",
  stopping: "warn",
  stopped: "warn",
  finished: "good"
}

const pollInterval = Duration.millis(250)

/**
 * How long to wait for workers to stop. They only finish the requests they have sent, so a worker
 * that takes longer has died.
 */
const maxStopping = Duration.seconds(20)

const stateOf = ({ reason, state }: Submission, { recorded }: Run.Run) => ({
  text: [
    state,
    ...(state === "finished" || recorded === 0 ? [] : [`${count(recorded)} done`]),
    ...(reason === undefined ? [] : [reason])
  ].join(", "),
  tone: tones[state]
})

/**
 * @since 0.1.0
 * @category layers
 */
export const layer = ClusterLayer.reader

const nextOf = ({ runId, state }: Submission, { repeated }: StoreSelection.Database): string | undefined => {
  const command = (word: string) => ResumeCommand.make(["runs", word, runId], repeated)
  if (state === "finished") return undefined
  return state === "stopped" ? `Resume it with\n  ${command("resume")}` : `Watch it with\n  ${command("watch")}`
}

/**
 * Reads all submissions, and returns how each run in the database stands.
 *
 * @since 0.1.0
 * @category constructors
 */
export const course = (database: StoreSelection.Database) =>
  Effect.map(Cluster.list, (all): RunView.Course => {
    const submissions = new Map(all.map((submission) => [submission.runId, submission]))
    const known =
      <A>(use: (submission: Submission, run: Run.Run) => A, otherwise: (run: Run.Run) => A) =>
      (run: Run.Run) => {
        const submission = submissions.get(run.runId)
        return submission === undefined ? otherwise(run) : use(submission, run)
      }
    return {
      // A rollback is part of the run that it undoes and is not submitted itself.
      state: known(stateOf, RunView.state),
      json: known(
        ({ reason, state }): Readonly<Record<string, unknown>> => ({
          state,
          ...(reason === undefined ? {} : { reason })
        }),
        () => ({})
      ),
      next: known(
        (submission) => nextOf(submission, database),
        () => undefined
      )
    }
  })

/**
 * @since 0.1.0
 * @category running
 */
export const forget = Cluster.forget

const withDatabase =
  <Options extends Pick<StoreFlags, "database">, A, E, R>(
    command: (options: Options, database: StoreSelection.Database) => Effect.Effect<A, E, R>
  ) =>
  (options: Options) =>
    Effect.flatMap(StoreSelection.selectDatabase(options), (database) =>
      Effect.provide(command(options, database), layer(database))
    )

/**
 * Asks the workers to stop a run, and waits until they have.
 *
 * @since 0.1.0
 * @category running
 */
export const stop = Effect.fn("glowmarkt.runs.stop")(
  withDatabase(({ form, run: runId }: DatabaseOptions & { readonly run: Run.RunId }, database) =>
    Effect.gen(function* () {
      const asked = yield* Cluster.stop(runId)
      const submission = yield* Cluster.get(runId).pipe(
        Effect.delay(pollInterval),
        Effect.repeat({ until: ({ state }) => state !== "stopping" }),
        Effect.timeoutTo({ duration: maxStopping, onSuccess: (submission) => submission, onTimeout: () => asked })
      )
      if (form === "json") return yield* Output.json(encodeSubmission(submission))
      yield* Output.data(`Run ${runId} is ${submission.state}.`)
      const next = nextOf(submission, database)
      if (next !== undefined) yield* Output.note(next)
    })
  )
)

/**
 * @since 0.1.0
 * @category running
 */
export const workers = Effect.fn("glowmarkt.runs.workers")(
  withDatabase(({ form }: DatabaseOptions, { url: { location } }) =>
    Effect.gen(function* () {
      const all = yield* Cluster.workers
      if (form === "json") return yield* Output.json(all.map((worker) => encodeWorker(worker)))
      const now = yield* DateTime.now
      if (all.length > 0) {
        const columns: ReadonlyArray<Table.Column> = [
          { title: "WORKER", width: "flexible" },
          { title: "SINCE", width: "fixed" },
          { title: "LAST SEEN", width: "fixed" },
          { title: "PARTS", width: "fixed", align: "right" }
        ]
        const rows = all.map(({ lastSeen, name, parts, since }) => [
          name,
          instant(since),
          `${elapsed(lastSeen, now)} ago`,
          count(parts)
        ])
        yield* Output.data(Table.render(columns, rows, yield* Output.layout))
      }
      yield* Output.note(`${plural(all.length, "worker")} of ${location}`)
    })
  )
)
