/**
 * Reads which worker holds which shard, and until when, from the locks that
 * `workersAndShardLocks.ts` acquires and refreshes for the engine.
 *
 * The engine notices a lost lock only at its next refresh. Until then, a process that was frozen
 * for longer than its locks last would send requests for parts that others have taken over. So
 * every request first checks that this process still holds the shard.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import type { RateLimit } from "@effect-glowmarkt/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { addressOf } from "./engine.js"
import { toRunStoreError } from "./sqlState.js"

const Locks = Schema.Array(
  Schema.Struct({ shard: Schema.String, address: Schema.String, remainingMillis: Schema.Number })
)

export interface Change {
  readonly held: number
  readonly gained: number
  readonly lost: number
}

export const make = Effect.fnUntraced(function* (location: string, lockSeconds: number, workerId: string) {
  const sql = yield* SqlClient.SqlClient
  const clock = yield* Effect.clock
  const address = addressOf(workerId)
  // Reads a clock that, unlike the wall clock, never goes backwards.
  const now = () => Number(clock.unsafeCurrentTimeNanos() / 1_000_000n)
  // A request sent just before the lock expires must arrive before another worker begins.
  const marginMillis = 250 * lockSeconds
  let validUntil: ReadonlyMap<string, number> = new Map()

  const locks = sql`
    SELECT shard_id AS shard, address,
      ${1000 * lockSeconds}::int - extract(epoch FROM now() - acquired_at)::float8 * 1000 AS "remainingMillis"
    FROM cluster_locks WHERE acquired_at > now() - ${lockSeconds}::int * interval '1 second'
  `.pipe(Effect.flatMap(Schema.decodeUnknown(Locks)), Effect.mapError(toRunStoreError(location)))

  const isHeld = (shard: string) => now() < (validUntil.get(shard) ?? 0)

  /**
   * Waits until it is certain that this worker holds a shard. Never returns if another worker has
   * taken the shard over.
   */
  const awaitHeld = (shard: string): Effect.Effect<void> =>
    Effect.suspend(() =>
      isHeld(shard)
        ? Effect.void
        : Effect.interruptible(Effect.repeat(Effect.sleep("50 millis"), { until: () => isHeld(shard) }))
    )

  return {
    /** The address of the worker that holds each shard. */
    owners: Effect.map(
      locks,
      (rows): ReadonlyMap<string, string> => new Map(rows.map((row) => [row.shard, row.address]))
    ),

    /** Reads which shards this worker holds. */
    refresh: Effect.suspend(() => {
      const began = now()
      return Effect.map(locks, (rows): Change => {
        const before = validUntil
        validUntil = new Map(
          rows
            .filter((row) => row.address === address)
            .map(({ remainingMillis, shard }) => [shard, began + remainingMillis - marginMillis])
        )
        const gained = [...validUntil.keys()].filter((shard) => !before.has(shard)).length
        return { held: validUntil.size, gained, lost: before.size + gained - validUntil.size }
      })
    }),

    isHeld,
    awaitHeld,

    /** Sends requests only while this worker holds the shard. */
    guard: (shard: string, limiter: RateLimit.RateLimiter): RateLimit.RateLimiter => ({
      acquire: (maxWait) => Effect.zipLeft(limiter.acquire(maxWait), awaitHeld(shard)),
      throttled: limiter.throttled
    })
  }
})
