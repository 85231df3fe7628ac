/**
 * A worker: starts submitted runs and processes their parts. `heartbeat.ts` says that it is alive and
 * stops parts on request.
 */
import * as EntityId from "@effect/cluster/EntityId"
import * as Sharding from "@effect/cluster/Sharding"
import * as Activity from "@effect/workflow/Activity"
import * as WorkflowEngine from "@effect/workflow/WorkflowEngine"
import type { RateLimit } from "@effect-glowmarkt/core"
import * as CallOptions from "@effect-glowmarkt/core/CallOptions"
import * as GlowmarktError from "@effect-glowmarkt/core/GlowmarktError"
import {
  Flow,
  type Limits,
  type Plan,
  Progress,
  type Run,
  type RunStore,
  type RunStoreError
} from "@effect-glowmarkt/runner"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import { type ClusterFlow, FlowFailed } from "../ClusterFlow.js"
import * as activeParts from "./activeParts.js"
import * as engine from "./engine.js"
import * as heartbeat from "./heartbeat.js"
import * as heldShards from "./heldShards.js"
import { ranges } from "./parts.js"
import { place } from "./placement.js"
import type * as submissions from "./submissions.js"
import * as telemetry from "./telemetry.js"
import { type Attempt, type Ending, Ending as EndingSchema, Listed, PartWorkflow, RunWorkflow } from "./workflows.js"

export interface Options<R> {
  readonly workerId: string
  readonly name: string
  readonly location: string
  readonly lockSeconds: number
  readonly flows: ReadonlyArray<ClusterFlow<R>>
  readonly target: Plan.Target
  /** How many subjects this worker processes at a time, over all runs and parts. */
  readonly concurrency: number
  readonly limiter: RateLimit.RateLimiter
  readonly table: submissions.Submissions
}

/** How many parts a worker processes at a time, at most. */
const mostPartsAtOnce = 16

const pollInterval = Duration.millis(500)

// How long to wait for a database that restarts. Finished work is stored when it is back, and until
// then no other worker can continue either.
const whileUnreachable = {
  while: (error: FlowFailed | Run.RunNotFound | Run.RunUnfinished | RunStoreError.RunStoreError) =>
    error._tag === "RunStoreError" && error.reason === "unreachable",
  schedule: Schedule.spaced(pollInterval)
}

interface Accepted<R> {
  readonly flow: ClusterFlow<R>
  readonly limits: Limits.Limits
}

/** Returns the reason why this worker must not process a run, or undefined if it may. */
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
  const { flows, limiter, location, lockSeconds, name, table, workerId } = options
  const openParts = yield* engine.openParts(location)
  const shards = yield* heldShards.make(location, lockSeconds, workerId)
  const record = telemetry.make({ name, workerId })
  const { log, warn } = record
  const active = activeParts.make()
  const flowOf = new Map(flows.map((flow) => [flow.name, flow]))
  const subjectPermits = yield* Effect.makeSemaphore(options.concurrency)
  const partPermits = yield* Effect.makeSemaphore(mostPartsAtOnce)
  const beginning = yield* Effect.makeSemaphore(1)
  /**
   * Parts begin one after another. A part begins when the parts before it leave a permit unused,
   * because their last subjects wait for a retry. More parts at once would only share the same
   * permits.
   */
  const inTurn = <A, E, R2>(part: Effect.Effect<A, E, R2>) =>
    subjectPermits
      .withPermitsIfAvailable(1)(Effect.void)
      .pipe(
        Effect.delay("10 millis"),
        Effect.repeat({ until: Option.isSome }),
        beginning.withPermits(1),
        Effect.zipRight(part),
        partPermits.withPermits(1)
      )

  let hasJoined = false
  const refreshShards = Effect.flatMap(shards.refresh, ({ gained, held, lost }) => {
    if (gained === 0 && lost === 0) return Effect.void
    const message = hasJoined ? "Shards changed" : "Worker joined"
    hasJoined = true
    return Effect.zipRight(log(message, { gained, lost, held }), record.shardsHeld(held))
  })

  /** Returns the flow and limits of a run. Fails if this worker must not process it. */
  const accept = ({ submission, terms }: submissions.Stored): Effect.Effect<Accepted<R>, FlowFailed> => {
    const flow = flowOf.get(submission.flow)
    if (flow === undefined) {
      return new FlowFailed({ reason: `worker ${name} does not know the flow ${submission.flow}` })
    }
    const reason = mismatch(options, terms)
    if (reason !== undefined) return new FlowFailed({ reason })
    const limits: Limits.Limits = {
      concurrency: options.concurrency,
      rate: "unlimited",
      ...(terms.maxOutageMillis === undefined ? {} : { maxOutage: Duration.millis(terms.maxOutageMillis) })
    }
    return Effect.succeed({ flow, limits })
  }

  /** Retries even if the disk is full: a run whose state is lost would never end. */
  const persistently = <A, R2>(effect: Effect.Effect<A, RunStoreError.RunStoreError, R2>) =>
    Effect.orDie(Effect.retry(effect, Schedule.spaced(pollInterval)))

  const fail = ({ attempt, runId }: Attempt, error: FlowFailed | RunStoreError.RunStoreError) =>
    persistently(table.fail(runId, attempt, GlowmarktError.explanation(error)))

  /**
   * Runs `work` for a run until it is done or must stop. A failure of the flow stops the run on all
   * workers. Requests are sent only while this worker holds `shard`.
   */
  const guarded = <A>(
    { attempt, runId }: Attempt,
    shard: string,
    work: (accepted: Accepted<R>) => Effect.Effect<A, FlowFailed | RunStoreError.RunStoreError, R | RunStore.RunStore>
  ): Effect.Effect<Option.Option<A>, never, R | RunStore.RunStore> =>
    Effect.acquireUseRelease(
      active.enter({ runId, attempt }),
      (part) =>
        Effect.gen(function* () {
          const found = Option.getOrUndefined(yield* table.get(runId))
          if (found === undefined || found.submission.attempt !== attempt) return Option.none()
          const { state } = found.submission
          if (state !== "submitted" && state !== "working") return Option.none()
          const accepted = yield* accept(found)
          // The engine may have acquired the shard only just now, so the locks are read again.
          yield* Effect.unless(refreshShards, () => shards.isHeld(shard))
          yield* table.began(runId, attempt)
          const limited = CallOptions.locally(work(accepted), { rateLimiter: shards.guard(shard, limiter) }).pipe(
            Effect.provideService(Progress.Progress, activeParts.followOutages(part))
          )
          return yield* Effect.raceFirst(Effect.asSome(limited), Effect.as(Deferred.await(part.stop), Option.none<A>()))
        }).pipe(
          Effect.retry(whileUnreachable),
          Effect.catchAllDefect((defect) =>
            Effect.zipRight(
              warn("The flow failed unexpectedly", Cause.die(defect)),
              new FlowFailed({ reason: `the flow failed unexpectedly, see the log of worker ${name}` })
            )
          ),
          Effect.catchAll((error) => Effect.as(fail({ attempt, runId }, error), Option.none<A>()))
        ),
      active.leave
    )

  const shardOf = (executionId: string) =>
    Effect.map(Sharding.Sharding, (sharding) => sharding.getShardId(EntityId.make(executionId), "default").toString())

  const list = (run: Attempt, executionId: string) =>
    Effect.gen(function* () {
      const sharding = yield* Sharding.Sharding
      const beganMillis = yield* Clock.currentTimeMillis
      yield* log("Run started", run)
      const parts = yield* guarded(run, yield* shardOf(executionId), ({ flow, limits }) =>
        Effect.gen(function* () {
          const listed = yield* flow.list(run.runId, limits)
          const { total = 0 } = listed
          const owners = yield* shards.owners
          const workers = new Set(owners.values()).size
          const parts = flow.parts(listed) === "many" ? ranges(total, workers) : [{ from: 0, to: total }]
          return yield* place(sharding, owners, run, parts)
        })
      )
      return { beganMillis, parts: Option.getOrElse(parts, () => []) }
    })

  const finish = ({ attempt, runId }: Attempt): Effect.Effect<Ending, never, RunStore.RunStore> =>
    Flow.finish(runId).pipe(
      Effect.retry(whileUnreachable),
      Effect.matchEffect({
        onSuccess: () => Effect.as(persistently(table.finished(runId, attempt)), "done" as const),
        onFailure: (error) =>
          Effect.all([
            // The submission is missing if the run has been deleted.
            error._tag === "RunStoreError" ? fail({ attempt, runId }, error) : Effect.void,
            persistently(table.stopped(runId, attempt))
          ]).pipe(Effect.as("stopped" as const))
      })
    )

  /**
   * Starts a part that is not a child workflow of its run, which could deadlock: a child that ends
   * while its worker has lost the database waits until the worker holds the parent's shard again,
   * and the worker waits for the child before it takes shards. Instead, the run polls the engine's
   * table until no part is open.
   */
  const startPart = (part: typeof PartWorkflow.payloadSchema.Type) =>
    PartWorkflow.execute(part, { discard: true }).pipe(
      Effect.mapInputContext((context: Context.Context<WorkflowEngine.WorkflowEngine>) =>
        Context.omit(WorkflowEngine.WorkflowInstance)(context)
      )
    )

  const runBody = (run: Attempt, executionId: string) =>
    Effect.gen(function* () {
      const { beganMillis, parts } = yield* Activity.make({
        name: "list",
        success: Listed,
        execute: list(run, executionId)
      })
      yield* Effect.forEach(parts, (part) => startPart({ ...run, ...part }), { concurrency: 16, discard: true })
      return yield* Activity.make({
        name: "finish",
        success: EndingSchema,
        execute: Effect.gen(function* () {
          yield* persistently(openParts(run)).pipe(
            Effect.withTracerEnabled(false),
            Effect.repeat({ until: (open) => open === 0, schedule: Schedule.spaced("200 millis") })
          )
          const ending = yield* finish(run)
          const attributes = { ...run, parts: parts.length, ending }
          yield* log(ending === "done" ? "Run finished" : "Run stopped", attributes)
          yield* record.run(beganMillis, attributes)
          return ending
        })
      })
    })

  const partBody = ({ from, to, ...part }: typeof PartWorkflow.payloadSchema.Type, executionId: string) => {
    const run = { runId: part.runId, attempt: part.attempt }
    return Activity.make({
      name: "work",
      success: EndingSchema,
      execute: inTurn(
        Effect.flatMap(shardOf(executionId), (shard) =>
          guarded(run, shard, ({ flow, limits }) => {
            const counted = record.subjects(flow.name)
            // Interrupting a part must not interrupt a write, which must arrive before another
            // worker reads the subject.
            return flow.work(run.runId, { from, to }, limits, (step) =>
              Effect.zipRight(
                shards.awaitHeld(shard),
                subjectPermits.withPermits(1)(counted(Effect.uninterruptible(step)))
              )
            )
          })
        ).pipe(
          Effect.map((done): Ending => (Option.isSome(done) ? "done" : "stopped")),
          record.part({ ...run, from, to })
        )
      )
    })
  }

  /**
   * Starts submitted runs. Several workers may do so at once, because the engine identifies each
   * attempt by its id.
   */
  const start = Effect.flatMap(Effect.withTracerEnabled(table.waiting, false), (submitted) =>
    Effect.forEach(
      submitted,
      ({ submission: { attempt, runId } }) => RunWorkflow.execute({ runId, attempt }, { discard: true }),
      { discard: true }
    )
  )

  return Layer.mergeAll(
    RunWorkflow.toLayer(runBody),
    PartWorkflow.toLayer(partBody),
    Layer.scopedDiscard(
      Effect.gen(function* () {
        yield* Effect.addFinalizer(() => Effect.zipRight(Effect.ignore(table.left(workerId)), log("Worker left")))
        yield* log("Worker started", { flows: [...flowOf.keys()].join(", "), concurrency: options.concurrency })
        yield* Effect.forkScoped(
          Effect.repeat(
            heartbeat.make({ active, refreshShards, table, telemetry: record, worker: options }),
            Schedule.spaced(pollInterval)
          )
        )
        // This runs in a separate fiber, because the engine blocks while this worker holds no
        // shards.
        yield* Effect.forkScoped(Effect.repeat(Effect.ignore(Effect.sandbox(start)), Schedule.spaced(pollInterval)))
      })
    )
  )
})
