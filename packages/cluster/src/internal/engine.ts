/**
 * Runs Effect Cluster over PostgreSQL. The processes communicate only through the database.
 */
import * as ClusterWorkflowEngine from "@effect/cluster/ClusterWorkflowEngine"
import * as RunnerAddress from "@effect/cluster/RunnerAddress"
import * as RunnerHealth from "@effect/cluster/RunnerHealth"
import * as Runners from "@effect/cluster/Runners"
import * as Sharding from "@effect/cluster/Sharding"
import * as ShardingConfig from "@effect/cluster/ShardingConfig"
import * as SqlClient from "@effect/sql/SqlClient"
import type * as WorkflowEngine from "@effect/workflow/WorkflowEngine"
import type { Run, RunStoreError } from "@effect-glowmarkt/runner"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import type { Settings } from "../Database.js"
import * as messageStorage from "./messageStorage.js"
import { toRunStoreError } from "./sqlState.js"
import * as workersAndShardLocks from "./workersAndShardLocks.js"
import { PartWorkflow, RunWorkflow } from "./workflows.js"

/**
 * - Locks are in a table: a frozen process would keep PostgreSQL's advisory locks until it wakes.
 * - Workers open no port, so a dead worker is detected by its expired locks, not by a ping.
 */
const sharding = (settings: Settings, address: RunnerAddress.RunnerAddress) =>
  ShardingConfig.layer({
    runnerAddress: Option.some(address),
    shardsPerGroup: settings.shards,
    shardLockExpiration: Duration.seconds(settings.lockSeconds),
    // This is also the time limit of a refresh: a worker that exceeds it drops its shards.
    shardLockRefreshInterval: workersAndShardLocks.lockInterval(settings),
    refreshAssignmentsInterval: Duration.seconds(1),
    entityMessagePollInterval: Duration.seconds(1),
    entityTerminationTimeout: Duration.seconds(2),
    simulateRemoteSerialization: false
  })

const port = 1

/** Returns the address that identifies a worker in the engine's tables. */
export const addressOf = (workerId: string): string => `${workerId}:${port}`

/**
 * How long after a message was read it may be read again, and how often workers check for such
 * messages.
 */
const staleSeconds = 5
const rereadInterval = Duration.seconds(2)

/**
 * Removes old marks of messages in the worker's shards. The engine marks a message when it reads
 * it, and reads it again only after ten minutes or when it acquires the shard. But it drops the
 * message if the shard has moved in the meantime, or if the previous attempt has only just been
 * answered. Without this, the run would then be stuck for ten minutes. The engine skips messages in
 * progress.
 *
 * The marks are local times without a time zone. When the clocks go back, or if the worker that made
 * a mark has another time zone, the mark can be in the future: it is removed, too.
 */
const rereading = (workerId: string) =>
  Layer.scopedDiscard(
    Effect.flatMap(SqlClient.SqlClient, (sql) =>
      sql`
        UPDATE cluster_messages SET last_read = NULL
        WHERE NOT processed
          AND last_read NOT BETWEEN LOCALTIMESTAMP - ${staleSeconds}::int * interval '1 second' AND LOCALTIMESTAMP
          AND shard_id IN (SELECT shard_id FROM cluster_locks WHERE address = ${addressOf(workerId)})
      `.pipe(
        Effect.ignore,
        Effect.repeat(Schedule.spaced(rereadInterval)),
        Effect.withTracerEnabled(false),
        Effect.forkScoped
      )
    )
  )

/**
 * Provides the engine of a worker. Locks belong to an address, so each process needs its own
 * address. The worker's id serves as the host, because nothing connects to it.
 */
export const layer = (
  location: string,
  settings: Settings,
  workerId: string
): Layer.Layer<WorkflowEngine.WorkflowEngine | Sharding.Sharding, RunStoreError.RunStoreError, SqlClient.SqlClient> =>
  ClusterWorkflowEngine.layer.pipe(
    Layer.provideMerge(Sharding.layer.pipe(Layer.provide([Runners.layerNoop, RunnerHealth.layerNoop]))),
    Layer.merge(rereading(workerId)),
    Layer.provide(Layer.merge(messageStorage.layer(location), workersAndShardLocks.layer(settings))),
    Layer.provide(sharding(settings, RunnerAddress.make(workerId, port)))
  )

const entityType = ({ name }: { readonly name: string }) => `Workflow/${name}`

/** Counts the parts of an attempt that have not ended. */
export const openParts = (
  location: string
): Effect.Effect<
  (run: typeof RunWorkflow.payloadSchema.Type) => Effect.Effect<number, RunStoreError.RunStoreError>,
  never,
  SqlClient.SqlClient
> =>
  Effect.map(
    SqlClient.SqlClient,
    (sql) =>
      ({ attempt, runId }) =>
        sql<{ open: number }>`
          SELECT count(*)::int AS open FROM cluster_messages
          WHERE NOT processed AND tag = 'run' AND entity_type = ${entityType(PartWorkflow)}
            AND payload::json ->> 'runId' = ${runId} AND payload::json ->> 'attempt' = ${String(attempt)}
        `.pipe(
          Effect.mapBoth({
            onFailure: toRunStoreError(location),
            onSuccess: ([found]) => found?.open ?? 0
          })
        )
  )

const entityTypes = [RunWorkflow, PartWorkflow].map(entityType)

/** Deletes the engine's messages for a run and its parts, which contain the run id. */
export const erase = (
  location: string,
  runId: Run.RunId
): Effect.Effect<void, RunStoreError.RunStoreError, SqlClient.SqlClient> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    // The engine's tables exist only once a worker has started.
    const [found] = yield* sql<{ exists: boolean }>`SELECT to_regclass('cluster_messages') IS NOT NULL AS exists`
    if (found?.exists !== true) return
    yield* sql`
      WITH executions AS (
        SELECT entity_type, entity_id FROM cluster_messages
        WHERE tag = 'run' AND entity_type IN ${sql.in(entityTypes)} AND payload::json ->> 'runId' = ${runId}
      ), messages AS (
        DELETE FROM cluster_messages WHERE (entity_type, entity_id) IN (SELECT * FROM executions) RETURNING id
      )
      DELETE FROM cluster_replies WHERE request_id IN (SELECT id FROM messages)
    `
  }).pipe(Effect.mapError(toRunStoreError(location)))
