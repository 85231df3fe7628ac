/** What a worker does: starts submitted runs, works on parts, heeds requests to stop, and shows that it is alive. */
import * as Sharding from "@effect/cluster/Sharding"
import * as SqlClient from "@effect/sql/SqlClient"
import * as Activity from "@effect/workflow/Activity"
import type { RateLimit } from "@effect-glowmarkt/core"
import * as CallOptions from "@effect-glowmarkt/core/CallOptions"
import { Flow, type Limits, type Plan, type Run, type RunStore, type RunStoreError } from "@effect-glowmarkt/runner"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { type ClusterFlow, FlowFailed } from "../ClusterFlow.js"
import { place, ranges } from "./placement.js"
import { toRunStoreError } from "./sqlState.js"
import type * as submissions from "./submissions.js"
import { type Ending, Ending as EndingSchema, Part, PartWorkflow, RunWorkflow } from "./workflows.js"

export interface Options<R> {
  readonly workerId: string
  readonly name: string
  readonly location: string
  readonly lockSeconds: number
  readonly flows: ReadonlyArray<ClusterFlow<R>>
  readonly target: Plan.Target
  /** Subjects that this worker works on at a time, over all runs and parts. */
  readonly concurrency: number
  readonly limiter: RateLimit.RateLimiter | undefined
  readonly table: submissions.Submissions
}

/** Parts that a worker works on at a time: while subjects of one wait to be retried, others use its callers. */
const lanes = 6

/** Parts of a run that the engine has at a time: enough for all lanes of many workers. */
const partsAtATime = 256

const pollInterval = Duration.millis(500)

// A database that restarts is waited for: what was done before is stored, and no other worker gets further meanwhile.
const whileUnreachable = {
  while: (error: FlowFailed | RunStoreError.RunStoreError) =>
    error._tag === "RunStoreError" && error.reason === "unreachable",
  schedule: Schedule.spaced(pollInterval)
}

const Owners = Schema.Array(Schema.Struct({ shard: Schema.String, worker: Schema.String }))

/** Which worker owns which shard, from the engine's table of locks. */
const shardOwners = (sql: SqlClient.SqlClient, location: string, lockSeconds: number) =>
  sql`
    SELECT shard_id AS shard, address AS worker FROM cluster_locks
    WHERE acquired_at > NOW() - ${lockSeconds}::int * interval '1 second'
  `.pipe(
    Effect.flatMap(Schema.decodeUnknown(Owners)),
    Effect.mapBoth({
      onFailure: (error) => toRunStoreError(location, error),
      onSuccess: (rows) => new Map(rows.map(({ shard, worker }) => [shard, worker]))
    })
  )

/** Why this worker must not touch a run, if so. */
const mismatch = <R>({ name, target }: Options<R>, terms: submissions.Terms): string | undefined => {
  const { applicationId, origin } = terms.target
  if (origin !== undefined && origin !== target.origin) {
    return `the run is for ${origin}, but worker ${name} is connected to ${target.origin ?? "an unknown server"}`
  }
  if (applicationId !== undefined && applicationId !== target.applicationId) {
    const own = target.applicationId ?? "an unknown one"
    return `the run is for application ${applicationId}, but worker ${name} is connected to ${own}`
  }
  return undefined
}

export const make = Effect.fnUntraced(function* <R>(options: Options<R>) {
  const { flows, limiter, location, name, table, workerId } = options
  const sql = yield* SqlClient.SqlClient
  const flowOf = new Map(flows.map((flow) => [flow.name, flow]))
  const callers = yield* Effect.makeSemaphore(options.concurrency)
  const permits = yield* Effect.makeSemaphore(lanes)
  /** The runs that this process works on now; `stop` ends the work on one of them. */
  const active = new Map<Run.RunId, { parts: number; readonly stop: Deferred.Deferred<void> }>()
  // A part that moves to another worker gives its subjects up: a write that is on its way must arrive before the other
  // worker reads.
  const around = <A, E, R2>(step: Effect.Effect<A, E, R2>) => callers.withPermits(1)(Effect.uninterruptible(step))

  const enter = (runId: Run.RunId) =>
    Effect.map(Deferred.make<void>(), (stop) => {
      const entry = active.get(runId) ?? { parts: 0, stop }
      active.set(runId, entry)
      entry.parts++
      return entry
    })
  const leave = (runId: Run.RunId) =>
    Effect.sync(() => {
      const entry = active.get(runId)
      if (entry !== undefined && --entry.parts === 0) active.delete(runId)
    })

  /** The work on a run until it is done, or the run is to stop. A failure of the flow stops the run in all workers. */
  const guarded = <A>(
    runId: Run.RunId,
    attempt: number,
    work: (
      flow: ClusterFlow<R>,
      limits: Limits.Limits
    ) => Effect.Effect<A, FlowFailed | RunStoreError.RunStoreError, R | RunStore.RunStore>
  ): Effect.Effect<Option.Option<A>, never, R | RunStore.RunStore> =>
    Effect.acquireUseRelease(
      enter(runId),
      ({ stop }) =>
        Effect.gen(function* () {
          const found = Option.getOrUndefined(yield* table.get(runId))
          if (found === undefined || found.submission.attempt !== attempt) return Option.none()
          const { submission, terms } = found
          if (submission.state !== "submitted" && submission.state !== "working") return Option.none()
          const flow = flowOf.get(submission.flow)
          const refused =
            flow === undefined ? `worker ${name} does not know the flow ${submission.flow}` : mismatch(options, terms)
          if (flow === undefined || refused !== undefined) return yield* new FlowFailed({ reason: refused ?? "" })
          yield* table.began(runId)
          const limits: Limits.Limits = {
            concurrency: options.concurrency,
            rate: "unlimited",
            ...(terms.maxOutageMillis === undefined ? {} : { maxOutage: Duration.millis(terms.maxOutageMillis) })
          }
          const limited = work(flow, limits).pipe(
            limiter === undefined ? (effect) => effect : CallOptions.locally({ rateLimiter: limiter })
          )
          return yield* Effect.raceFirst(Effect.asSome(limited), Effect.as(Deferred.await(stop), Option.none<A>()))
        }).pipe(
          Effect.retry(whileUnreachable),
          Effect.catchAll((error) =>
            table
              .fail(runId, error.message)
              .pipe(Effect.retry(whileUnreachable), Effect.ignore, Effect.as(Option.none<A>()))
          )
        ),
      () => leave(runId)
    )

  const runBody = ({ attempt, runId }: typeof RunWorkflow.payloadSchema.Type) =>
    Effect.gen(function* () {
      const sharding = yield* Sharding.Sharding
      const parts = yield* Activity.make({
        name: "list",
        success: Schema.Option(Schema.Array(Part)),
        execute: guarded(runId, attempt, (flow, limits) =>
          Effect.flatMap(flow.list(runId, limits), (run) => {
            const { total = 0 } = run
            const parts = flow.parts(run) === "many" ? ranges(total) : [{ from: 0, to: total }]
            return Effect.flatMap(shardOwners(sql, location, options.lockSeconds), (owners) =>
              place(sharding, owners, { runId, attempt }, parts)
            )
          })
        )
      })
      const endings: ReadonlyArray<Ending> = yield* Effect.forEach(
        Option.getOrElse(parts, (): ReadonlyArray<Part> => []),
        (part) => PartWorkflow.execute({ runId, attempt, ...part }),
        { concurrency: partsAtATime }
      )
      return yield* Activity.make({
        name: "finish",
        success: EndingSchema,
        execute:
          Option.isSome(parts) && endings.every((ending) => ending === "done")
            ? finished(runId)
            : Effect.as(persistently(table.stopped(runId)), "stopped" as const)
      })
    })

  const persistently = <A, R2>(effect: Effect.Effect<A, RunStoreError.RunStoreError, R2>) =>
    Effect.orDie(Effect.retry(effect, whileUnreachable))

  const finished = (runId: Run.RunId) =>
    Flow.finish(runId).pipe(
      // Only a run that was deleted meanwhile is missing.
      Effect.catchTag("RunNotFound", () => Effect.void),
      Effect.catchTag("RunUnfinished", Effect.die),
      Effect.zipRight(table.finished(runId)),
      persistently,
      Effect.as("done" as const)
    )

  const partBody = ({ attempt, from, runId, to }: typeof PartWorkflow.payloadSchema.Type) =>
    Activity.make({
      name: "work",
      success: EndingSchema,
      execute: permits.withPermits(1)(
        Effect.map(
          guarded(runId, attempt, (flow, limits) => flow.work(runId, { from, to }, limits, around)),
          (done): Ending => (Option.isSome(done) ? "done" : "stopped")
        )
      )
    })

  /** Starts what was submitted. Several workers may: the engine knows each attempt by its id. */
  const start = Effect.flatMap(table.waiting, (submitted) =>
    Effect.forEach(
      submitted,
      ({ submission: { attempt, runId } }) => RunWorkflow.execute({ runId, attempt }, { discard: true }),
      { discard: true }
    )
  )

  const heedStops = Effect.suspend(() =>
    Effect.flatMap(table.stoppingOf([...active.keys()]), (runIds) =>
      Effect.forEach(
        runIds,
        (runId) => {
          const entry = active.get(runId)
          return entry === undefined ? Effect.void : Deferred.succeed(entry.stop, undefined)
        },
        { discard: true }
      )
    )
  )

  const heartbeat = Effect.suspend(() => {
    const parts = [...active.values()].reduce((sum, entry) => sum + entry.parts, 0)
    return table.seen({ workerId, name, parts })
  })

  const poll = Effect.all([start, heedStops, heartbeat], { discard: true }).pipe(
    Effect.catchAllCause((cause) => Effect.logDebug("The database could not be polled", cause)),
    Effect.repeat(Schedule.spaced(pollInterval))
  )

  return Layer.mergeAll(
    RunWorkflow.toLayer(runBody),
    PartWorkflow.toLayer(partBody),
    Layer.scopedDiscard(
      Effect.zipRight(
        Effect.addFinalizer(() => Effect.ignore(table.left(workerId))),
        Effect.forkScoped(poll)
      )
    )
  )
})
