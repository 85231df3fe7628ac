import * as SqlClient from "@effect/sql/SqlClient"
import { assert, it } from "@effect/vitest"
import { Duration, Effect, Fiber, TestClock } from "effect"
import { Database } from "../src/index.js"
import { addressOf } from "../src/internal/engine.js"
import * as heldShards from "../src/internal/heldShards.js"
import * as sharedRateLimit from "../src/internal/sharedRateLimit.js"
import { database, describeWithPostgres } from "./support/database.js"

const lockSeconds = 9

/** The locks of worker "one", which acquires these shards now. */
const locksOf = (shards: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* sql`CREATE TABLE cluster_locks (shard_id text PRIMARY KEY, address text NOT NULL, acquired_at timestamptz NOT NULL)`
    yield* Effect.forEach(
      shards,
      (shard) => sql`INSERT INTO cluster_locks VALUES (${shard}, ${addressOf("one")}, NOW())`
    )
    return { sql, locks: yield* heldShards.make("postgres://test", lockSeconds, "one") }
  })

const withDatabase = <A, E>(effect: Effect.Effect<A, E, SqlClient.SqlClient>) =>
  Effect.flatMap(database, (url) =>
    Effect.provide(effect, Database.layerClient({ url, applicationName: "test", maxConnections: 1 }))
  )

const isWaiting = (fiber: Fiber.RuntimeFiber<unknown, unknown>) =>
  Effect.map(Effect.zipRight(TestClock.adjust("100 millis"), Fiber.poll(fiber)), ({ _tag }) => _tag === "None")

describeWithPostgres("heldShards", () => {
  it.scoped("counts the shards gained and lost", () =>
    withDatabase(
      Effect.gen(function* () {
        const { locks, sql } = yield* locksOf(["default:1", "default:2"])
        assert.deepStrictEqual(yield* locks.refresh, { held: 2, gained: 2, lost: 0 })
        yield* sql`UPDATE cluster_locks SET address = ${addressOf("two")} WHERE shard_id = 'default:1'`
        assert.deepStrictEqual(yield* locks.refresh, { held: 1, gained: 0, lost: 1 })
        assert.deepStrictEqual([...(yield* locks.owners)].sort(), [
          ["default:1", addressOf("two")],
          ["default:2", addressOf("one")]
        ])
        // Another worker may take over an expired lock at any moment.
        yield* sql`UPDATE cluster_locks SET acquired_at = NOW() - interval '9 seconds'`
        assert.deepStrictEqual(yield* locks.refresh, { held: 0, gained: 0, lost: 1 })
      })
    )
  )

  it.scoped("a worker that was frozen waits until it has read its locks again", () =>
    withDatabase(
      Effect.gen(function* () {
        const { locks, sql } = yield* locksOf(["default:1"])
        yield* locks.refresh
        yield* locks.awaitHeld("default:1")
        // The lock may still be held, but not certainly.
        yield* TestClock.adjust("7 seconds")
        const waiting = yield* Effect.fork(locks.awaitHeld("default:1"))
        assert.isTrue(yield* isWaiting(waiting))
        yield* sql`UPDATE cluster_locks SET acquired_at = NOW()`
        yield* locks.refresh
        assert.isFalse(yield* isWaiting(waiting))
      })
    )
  )

  it.scoped("a worker that lost a shard sends no request for it, and stops at once when it is interrupted", () =>
    withDatabase(
      Effect.gen(function* () {
        const { locks, sql } = yield* locksOf(["default:1", "default:2"])
        yield* locks.refresh
        yield* sql`UPDATE cluster_locks SET address = ${addressOf("two")} WHERE shard_id = 'default:1'`
        yield* locks.refresh
        const request = (shard: string) =>
          Effect.fork(
            Effect.uninterruptible(locks.guard(shard, sharedRateLimit.unlimited).acquire(Duration.seconds(1)))
          )
        const kept = yield* request("default:2")
        assert.isFalse(yield* isWaiting(kept))
        const lost = yield* request("default:1")
        assert.isTrue(yield* isWaiting(lost))
        yield* Fiber.interrupt(lost)
      })
    )
  )
})
