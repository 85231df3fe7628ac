/**
 * The engine's `RunnerStorage`: registers workers, and acquires, refreshes and releases the locks of
 * the shards that each of them holds.
 *
 * The engine's own storage sends all statements over one connection, and the time that a statement
 * waits for its turn counts towards its deadline. When a worker joins, another one releases half of
 * its shards, with one statement each. On a busy machine most of these missed their deadline, and
 * so did the refresh queued behind them: the worker dropped all its shards and the work in
 * progress, and started again. Here, statements use the connection pool, only a few shards are
 * released at a time, and each statement has its own deadline.
 */
import { PersistenceError } from "@effect/cluster/ClusterError"
import * as RunnerStorage from "@effect/cluster/RunnerStorage"
import * as SqlClient from "@effect/sql/SqlClient"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import type { Settings } from "../Database.js"

/**
 * Returns the time limit of a statement about locks, which is also the interval between refreshes.
 */
export const lockInterval = ({ lockSeconds }: Pick<Settings, "lockSeconds">): Duration.Duration =>
  Duration.seconds(lockSeconds / 3)

/**
 * The number of shards to release at a time. It leaves connections for refreshing the locks and for
 * the work.
 */
const releasesAtATime = 4

const probeInterval = Duration.millis(250)

const Runners = Schema.Array(Schema.Struct({ runner: Schema.String, healthy: Schema.Boolean }))
const Machine = Schema.Tuple(Schema.Struct({ machineId: Schema.Int }))
const Shards = Schema.Array(Schema.Struct({ shard: Schema.String }))

const make = Effect.fnUntraced(function* (settings: Settings) {
  const sql = yield* SqlClient.SqlClient
  const releases = yield* Effect.makeSemaphore(releasesAtATime)
  const expired = sql`now() - ${settings.lockSeconds}::int * interval '1 second'`

  // Limits the time of a statement. It does not wait for a statement that cannot be cancelled
  // because the server hangs.
  const timely = <A, E>(statement: Effect.Effect<A, E>) =>
    statement.pipe(
      Effect.disconnect,
      Effect.timeout(lockInterval(settings)),
      PersistenceError.refail,
      Effect.withTracerEnabled(false)
    )
  const run = (statement: Effect.Effect<unknown, unknown>) => Effect.asVoid(timely(statement))
  const shards = (statement: Effect.Effect<unknown, unknown>) =>
    timely(
      Effect.map(Effect.flatMap(statement, Schema.decodeUnknown(Shards)), (rows) => rows.map(({ shard }) => shard))
    )

  return RunnerStorage.makeEncoded({
    getRunners: timely(
      Effect.flatMap(
        sql`SELECT runner, healthy FROM cluster_runners WHERE last_heartbeat > ${expired}`,
        Schema.decodeUnknown(Runners)
      )
    ).pipe(Effect.map((rows) => rows.map(({ healthy, runner }) => [runner, healthy] as const))),

    register: (address, runner, healthy) =>
      timely(
        Effect.flatMap(
          sql`
            INSERT INTO cluster_runners (address, runner, healthy) VALUES (${address}, ${runner}, ${healthy})
            ON CONFLICT (address) DO UPDATE
            SET runner = excluded.runner, healthy = excluded.healthy, last_heartbeat = excluded.last_heartbeat
            RETURNING machine_id AS "machineId"
          `,
          Schema.decodeUnknown(Machine)
        )
      ).pipe(Effect.map(([{ machineId }]) => machineId)),

    unregister: (address) =>
      run(sql`DELETE FROM cluster_runners WHERE address = ${address} OR last_heartbeat < ${expired}`),

    setRunnerHealth: (address, healthy) =>
      run(sql`UPDATE cluster_runners SET healthy = ${healthy} WHERE address = ${address}`),

    // Skips other workers' unexpired locks: even an update that changes nothing would wait for
    // their refresh, and their refresh for it.
    acquire: (address, shardIds) =>
      shards(sql`
        INSERT INTO cluster_locks AS l (shard_id, address, acquired_at)
        SELECT wanted.id, ${address}, now() FROM unnest(${shardIds}::text[]) AS wanted(id)
        WHERE NOT EXISTS (
          SELECT FROM cluster_locks WHERE shard_id = wanted.id AND address <> ${address} AND acquired_at >= ${expired}
        )
        ORDER BY wanted.id
        ON CONFLICT (shard_id) DO UPDATE SET address = excluded.address, acquired_at = excluded.acquired_at
        WHERE l.address = excluded.address OR l.acquired_at < ${expired}
        RETURNING shard_id AS shard
      `),

    // This refreshes all locks of the worker, not only those that the engine passes: the engine
    // drops a shard that it has acquired in the meantime and does not find in the result. While it
    // waits for an unreachable database it passes none, so this retries until the database
    // responds.
    refresh: (address, shardIds) =>
      shards(
        sql`
          WITH alive AS (UPDATE cluster_runners SET last_heartbeat = now() WHERE address = ${address})
          UPDATE cluster_locks SET acquired_at = now() WHERE address = ${address} RETURNING shard_id AS shard
        `.pipe(Effect.retry({ schedule: Schedule.spaced(probeInterval), while: () => shardIds.length === 0 }))
      ),

    release: (address, shardId) =>
      releases.withPermits(1)(run(sql`DELETE FROM cluster_locks WHERE address = ${address} AND shard_id = ${shardId}`)),

    releaseAll: (address) => run(sql`DELETE FROM cluster_locks WHERE address = ${address}`)
  })
})

export const layer = (settings: Settings): Layer.Layer<RunnerStorage.RunnerStorage, never, SqlClient.SqlClient> =>
  Layer.effect(RunnerStorage.RunnerStorage, make(settings))
