/**
 * Runs flows on several machines: any process can submit a run to the database, and workers carry
 * it out.
 *
 * @since 0.1.0
 */

import { randomUUID } from "node:crypto"
import { hostname } from "node:os"
import type * as FileSystem from "@effect/platform/FileSystem"
import type * as SqlClient from "@effect/sql/SqlClient"
import type * as PgClient from "@effect/sql-pg/PgClient"
import {
  type ApplyResult,
  Flow,
  Limits,
  Plan,
  PlannedFlow,
  type Progress,
  Run,
  RunStore,
  type RunStoreError
} from "@effect-glowmarkt/runner"
import type * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { ClusterFlow } from "./ClusterFlow.js"
import * as Database from "./Database.js"
import * as DatabaseUrl from "./DatabaseUrl.js"
import * as engine from "./internal/engine.js"
import * as sharedRateLimit from "./internal/sharedRateLimit.js"
import * as submissions from "./internal/submissions.js"
import * as internalWatch from "./internal/watch.js"
import * as internalWorker from "./internal/worker.js"
import * as PgRunStore from "./PgRunStore.js"
import type { Submission, Worker } from "./Submission.js"

/**
 * The run has stopped, because it was asked to or because it failed with `reason`. It can be resumed.
 *
 * @since 0.1.0
 * @category errors
 */
export class RunStopped extends Schema.TaggedError<RunStopped>("@effect-glowmarkt/cluster/RunStopped")("RunStopped", {
  runId: Run.RunId,
  reason: Schema.optionalWith(Schema.String, { exact: true })
}) {
  override get message() {
    return `Run "${this.runId}" was stopped${this.reason === undefined ? "" : `: ${this.reason}`}. It can be resumed`
  }
}

/**
 * The run is waiting or in progress, so it cannot be deleted. Stop it first.
 *
 * @since 0.1.0
 * @category errors
 */
export class RunActive extends Schema.TaggedError<RunActive>("@effect-glowmarkt/cluster/RunActive")("RunActive", {
  runId: Run.RunId
}) {
  override get message() {
    return `Run "${this.runId}" is still in progress. Stop it first`
  }
}

/**
 * A connection to the cluster: the tables of submitted runs and workers.
 *
 * @since 0.1.0
 * @category services
 */
export interface ClusterService {
  /** The database without its password, for messages. */
  readonly location: string
  /** The settings that all processes share. */
  readonly settings: Database.Settings
  /** @internal */
  readonly table: submissions.Submissions
}

/**
 * @since 0.1.0
 * @category services
 */
export class Cluster extends Context.Tag("@effect-glowmarkt/cluster/Cluster")<Cluster, ClusterService>() {}

/**
 * How to connect to the cluster: the `url` of the database, the `applicationName` that PostgreSQL
 * shows (default: `glowmarkt`), and the settings that all processes must share. With `tables:
 * "verify"`, a process that only observes leaves the tables as they are (default: `migrate`).
 *
 * @since 0.1.0
 * @category models
 */
export interface Options extends Partial<Database.Settings> {
  readonly url: DatabaseUrl.DatabaseUrl
  readonly applicationName?: string | undefined
  readonly maxConnections?: number | undefined
  readonly tables?: Database.Tables | undefined
}

type Services = Cluster | RunStore.RunStore | SqlClient.SqlClient | PgClient.PgClient

/**
 * Provides the run store and the cluster of a database, for processes that submit, watch and stop
 * runs. A worker also needs {@link worker}. Creates or migrates the tables, unless `tables` is
 * `verify`. Does not need the services of the flows.
 *
 * @example
 * ```ts
 * import { Cluster, DatabaseUrl } from "@effect-glowmarkt/cluster"
 * import { StatusAudit } from "@effect-glowmarkt/runner"
 * import { Effect, Either, Redacted } from "effect"
 *
 * const url = Either.getOrThrow(DatabaseUrl.parse(Redacted.make("postgres://glowmarkt:secret@127.0.0.1/glowmarkt")))
 *
 * const program = Cluster.submit(StatusAudit.flow).pipe(
 *   Effect.flatMap(({ runId }) => Effect.log(`submitted ${runId}`)),
 *   Effect.provide(Cluster.layer({ url }))
 * )
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = ({
  applicationName = "glowmarkt",
  maxConnections,
  tables,
  url,
  ...given
}: Options): Layer.Layer<Services, RunStoreError.RunStoreError> => {
  const settings = { ...Database.defaultSettings, ...given }
  const { location } = url
  const cluster = Layer.effect(
    Cluster,
    Effect.map(submissions.make(location), (table) => ({ location, settings, table }))
  )
  return Layer.merge(cluster, PgRunStore.layer(location)).pipe(
    Layer.provideMerge(Database.layer({ url, applicationName, maxConnections }, settings, tables))
  )
}

/**
 * Provides what {@link layer} does, with the URL from `GLOWMARKT_DATABASE_URL` or from the file
 * that `GLOWMARKT_DATABASE_URL_FILE` names. Options that are given take precedence.
 *
 * @example
 * ```ts
 * import { Cluster } from "@effect-glowmarkt/cluster"
 * import { NodeFileSystem } from "@effect/platform-node"
 * import { Layer } from "effect"
 *
 * const ClusterLive = Cluster.layerConfig({ applicationName: "billing" }).pipe(Layer.provide(NodeFileSystem.layer))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  options: Partial<Options> = {}
): Layer.Layer<Services, RunStoreError.RunStoreError | ConfigError.ConfigError, FileSystem.FileSystem> =>
  Layer.unwrapEffect(
    Effect.map(options.url === undefined ? DatabaseUrl.fromEnvironment : Effect.succeed(options.url), (url) =>
      layer({ ...options, url })
    )
  )

/**
 * The options of a worker.
 *
 * - `flows`: the flows it can run, see `ClusterFlow`.
 * - `target`: the server and application that its services are connected to. A run for another
 *   target is stopped, with a reason.
 * - `name`: its name in the list of workers. Default: the name of the machine.
 * - `concurrency`: how many subjects it processes at a time. Default: 16.
 * - `rate`: the request rate of **all** workers of the application together. Default: 200 per
 *   second.
 *
 * @since 0.1.0
 * @category models
 */
export interface WorkerOptions<R> {
  readonly flows: ReadonlyArray<ClusterFlow<R>>
  readonly target: Plan.Target
  readonly name?: string | undefined
  readonly concurrency?: number | undefined
  readonly rate?: Limits.Rate | "unlimited" | undefined
}

/**
 * Runs a worker: until the layer is closed, this process carries out submitted runs with its own
 * services and credentials. After that, other workers take over. They start again with the subjects
 * that it had begun.
 *
 * @example
 * ```ts
 * import { Cluster, ClusterFlow } from "@effect-glowmarkt/cluster"
 * import { AppKeys } from "@effect-glowmarkt/core"
 * import { NodeAccounts } from "@effect-glowmarkt/core/node"
 * import { StatusAudit } from "@effect-glowmarkt/runner"
 * import { NodeFileSystem } from "@effect/platform-node"
 * import { Layer } from "effect"
 *
 * const Worker = Cluster.worker({
 *   flows: [ClusterFlow.make(StatusAudit.flow)],
 *   target: { origin: "https://api.glowmarkt.com" },
 *   rate: { limit: 100, interval: "1 second" }
 * }).pipe(
 *   Layer.provide(NodeAccounts.layerAdmin(AppKeys.layerConfig())),
 *   Layer.provide(Cluster.layerConfig()),
 *   Layer.provide(NodeFileSystem.layer)
 * )
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const worker = <R>({
  concurrency = 16,
  flows,
  name = hostname(),
  rate = Limits.politeRate,
  target
}: WorkerOptions<R>): Layer.Layer<
  never,
  RunStoreError.RunStoreError,
  R | Cluster | RunStore.RunStore | SqlClient.SqlClient
> =>
  Layer.unwrapScoped(
    Effect.gen(function* () {
      const { location, settings, table } = yield* Cluster
      const workerId = randomUUID()
      const limiter =
        rate === "unlimited"
          ? sharedRateLimit.unlimited
          : yield* sharedRateLimit.make({
              key: `${target.origin ?? ""} ${target.applicationId ?? ""}`,
              perSecond: rate.limit / Duration.toSeconds(rate.interval)
            })
      const work = yield* internalWorker.make({
        workerId,
        name,
        location,
        lockSeconds: settings.lockSeconds,
        flows,
        target,
        concurrency,
        limiter,
        table
      })
      // The layers are fresh, because two workers in one process would otherwise share the engine's
      // constant layers.
      return Layer.provide(work, Layer.fresh(engine.layer(location, settings, workerId)))
    })
  )

/**
 * The options of a submitted run: its id, its server and application, and the longest outage to
 * wait out (default: as in `Limits`).
 *
 * @since 0.1.0
 * @category models
 */
export interface SubmitOptions {
  readonly runId?: Run.RunId | undefined
  readonly target?: Plan.Target | undefined
  readonly maxOutage?: Duration.DurationInput | undefined
}

// A run that applies a plan uses the plan's target even if the submitter does not repeat it.
const plannedTarget = Schema.decodeUnknownOption(Schema.Struct({ target: Plan.Target }))

const submitted = (run: Run.Run, { maxOutage, target = {} }: SubmitOptions) =>
  Effect.flatMap(Cluster, ({ table }) =>
    Effect.as(
      table.insert(run.runId, {
        target: Option.match(plannedTarget(run.parameters), { onNone: () => target, onSome: (plan) => plan.target }),
        ...(maxOutage === undefined ? {} : { maxOutageMillis: Duration.toMillis(maxOutage) })
      }),
      run
    )
  )

/**
 * Stores a run for the workers and returns without waiting for it; see {@link watch}. An existing
 * run is returned unchanged, so submitting twice is harmless.
 *
 * @example
 * ```ts
 * import { Cluster } from "@effect-glowmarkt/cluster"
 * import { Run, StatusAudit } from "@effect-glowmarkt/runner"
 *
 * const submitted = Cluster.submit(StatusAudit.flow, {
 *   runId: Run.RunId.make("audit-march"),
 *   parameters: StatusAudit.parametersOf({ dormantFor: "90 days" })
 * })
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const submit = <P extends object, S, A, E, R>(
  flow: Flow.Flow<P, S, A, E, R>,
  options: SubmitOptions & Pick<Flow.RunOptions<NoInfer<P>>, "parameters"> = {}
): Effect.Effect<Run.Run, Run.RunMismatch | RunStoreError.RunStoreError, Cluster | RunStore.RunStore> =>
  Effect.flatMap(Flow.open(flow, options), (run) => submitted(run, options))

/**
 * Stores a plan for the workers to apply. Submitting is the consent: workers do not ask.
 *
 * @example
 * ```ts
 * import { Cluster } from "@effect-glowmarkt/cluster"
 * import { type Plan, RenameAccounts } from "@effect-glowmarkt/runner"
 *
 * const rename = (plan: Plan.Plan) => Cluster.submitPlan(RenameAccounts.flow, plan)
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const submitPlan = <P extends object, W, Read, E extends PlannedFlow.StepError, R>(
  flow: PlannedFlow.PlannedFlow<P, W, Read, E, R>,
  plan: Plan.Plan,
  options: SubmitOptions = {}
): Effect.Effect<
  Run.Run,
  Plan.InvalidPlan | ApplyResult.PlanMismatch | Run.RunMismatch | RunStoreError.RunStoreError,
  Cluster | RunStore.RunStore
> => submitListed(PlannedFlow.list(flow, plan, options), options)

/**
 * Submits a run that `list` has stored, for flows that need an explicit consent.
 * `OffboardAccounts.list` and `OnboardAccounts.list` check the consent.
 *
 * @example
 * ```ts
 * import { Cluster } from "@effect-glowmarkt/cluster"
 * import { Consent, OffboardAccounts, type Plan } from "@effect-glowmarkt/runner"
 *
 * const offboard = (plan: Plan.Plan) =>
 *   Cluster.submitListed(OffboardAccounts.list(plan, { consent: Consent.deletions(12) }))
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const submitListed = <E, R>(
  list: Effect.Effect<Run.Run, E, R>,
  options: Omit<SubmitOptions, "runId"> = {}
): Effect.Effect<Run.Run, E | RunStoreError.RunStoreError, R | Cluster> =>
  Effect.flatMap(list, (run) => submitted(run, options))

/**
 * All submitted runs, oldest first.
 *
 * @example
 * ```ts
 * import { Cluster } from "@effect-glowmarkt/cluster"
 * import { Effect } from "effect"
 *
 * const working = Effect.map(Cluster.list, (all) => all.filter(({ state }) => state === "working"))
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const list: Effect.Effect<ReadonlyArray<Submission>, RunStoreError.RunStoreError, Cluster> = Effect.flatMap(
  Cluster,
  ({ table }) => Effect.map(table.list, (all) => all.map(({ submission }) => submission))
)

/**
 * Reads a submitted run. Fails with `RunNotFound` if no such run was submitted.
 *
 * @example
 * ```ts
 * import { Cluster } from "@effect-glowmarkt/cluster"
 * import { Run } from "@effect-glowmarkt/runner"
 * import { Effect } from "effect"
 *
 * const state = Effect.map(Cluster.get(Run.RunId.make("audit-march")), ({ state }) => state)
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const get = (
  runId: Run.RunId
): Effect.Effect<Submission, Run.RunNotFound | RunStoreError.RunStoreError, Cluster> =>
  Effect.flatMap(Cluster, ({ table }) => table.submission(runId))

/**
 * The running workers, oldest first. A killed worker is included for up to a minute: check
 * `lastSeen`.
 *
 * @example
 * ```ts
 * import { Cluster } from "@effect-glowmarkt/cluster"
 * import { Effect } from "effect"
 *
 * const isIdle = Effect.map(Cluster.workers, (workers) => workers.every(({ parts }) => parts === 0))
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const workers: Effect.Effect<ReadonlyArray<Worker>, RunStoreError.RunStoreError, Cluster> = Effect.flatMap(
  Cluster,
  ({ table }) => table.workers
)

/**
 * Asks the workers to stop a run. They finish the requests they have sent and keep the recorded
 * results. Does nothing if the run is stopped or finished.
 *
 * @example
 * ```ts
 * import { Cluster } from "@effect-glowmarkt/cluster"
 * import { Run } from "@effect-glowmarkt/runner"
 *
 * const stopping = Cluster.stop(Run.RunId.make("audit-march"))
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const stop = (
  runId: Run.RunId
): Effect.Effect<Submission, Run.RunNotFound | RunStoreError.RunStoreError, Cluster> =>
  Effect.flatMap(Cluster, ({ table }) => Effect.zipRight(table.stop(runId), get(runId)))

/**
 * Submits a stopped run again. Workers continue where it stopped. Does nothing if the run is in
 * progress or finished.
 *
 * @example
 * ```ts
 * import { Cluster } from "@effect-glowmarkt/cluster"
 * import { Run } from "@effect-glowmarkt/runner"
 *
 * const resumed = Cluster.resume(Run.RunId.make("audit-march"))
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const resume = (
  runId: Run.RunId
): Effect.Effect<Submission, Run.RunNotFound | RunStoreError.RunStoreError, Cluster> =>
  Effect.flatMap(Cluster, ({ table }) => Effect.zipRight(table.resume(runId), get(runId)))

/**
 * Deletes a stopped or finished run with its subjects, results, notes and engine messages.
 *
 * @example
 * ```ts
 * import { Cluster } from "@effect-glowmarkt/cluster"
 * import { Run } from "@effect-glowmarkt/runner"
 * import { Effect } from "effect"
 *
 * const forgotten = Cluster.forget(Run.RunId.make("audit-march")).pipe(
 *   Effect.catchTag("RunActive", () => Effect.logWarning("stop the run first"))
 * )
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const forget = (
  runId: Run.RunId
): Effect.Effect<
  void,
  Run.RunNotFound | RunActive | RunStoreError.RunStoreError,
  Cluster | RunStore.RunStore | SqlClient.SqlClient
> =>
  Effect.gen(function* () {
    const { state } = yield* get(runId)
    if (state !== "stopped" && state !== "finished") return yield* new RunActive({ runId })
    const { location } = yield* Cluster
    const store = yield* RunStore.RunStore
    yield* engine.erase(location, runId)
    yield* store.forget(runId)
  })

/**
 * Streams the progress of a run until it is finished, read from the database every half second.
 * Waits while the database is unreachable. If any worker waits out an outage, it is reported as an
 * outage of the run. Fails with {@link RunStopped} when the run stops.
 *
 * @example
 * ```ts
 * import { Cluster } from "@effect-glowmarkt/cluster"
 * import { Run } from "@effect-glowmarkt/runner"
 * import { Console, Stream } from "effect"
 *
 * const watched = Cluster.watch(Run.RunId.make("audit-march")).pipe(
 *   Stream.runForEach((event) =>
 *     event._tag === "Advanced" ? Console.log(`${event.recorded} of ${event.total}`) : Console.log(event._tag)
 *   )
 * )
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const watch = (
  runId: Run.RunId
): Stream.Stream<
  Progress.Event,
  RunStopped | Run.RunNotFound | RunStoreError.RunStoreError,
  Cluster | RunStore.RunStore
> =>
  Effect.all([Cluster, RunStore.RunStore]).pipe(
    Effect.map(([{ table }, store]) => internalWatch.make(table, store, runId)),
    Stream.unwrap,
    Stream.mapConcatEffect(({ events, submission: { reason, state } }) =>
      state === "stopped"
        ? new RunStopped({ runId, ...(reason === undefined ? {} : { reason }) })
        : Effect.succeed(events)
    )
  )
