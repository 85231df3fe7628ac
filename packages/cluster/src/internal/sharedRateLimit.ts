/**
 * One rate limit for all workers of an application. A row of the database contains the time of the
 * next free turn, and a turn is the right to send one request. Only the database's clock is used,
 * so the workers' clocks may differ.
 */

import * as SqlClient from "@effect/sql/SqlClient"
import type { RateLimit } from "@effect-glowmarkt/core"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"

export interface Options {
  /** Workers with the same key share the limit. */
  readonly key: string
  readonly perSecond: number
}

/** The most unused time that can be made up for at once. */
const burstMillis = 50

/**
 * The duration of the turns that one statement reserves. Longer batches need fewer statements but
 * share the limit less evenly.
 */
const batchMillis = 25

/**
 * Turns older than this are dropped: an idle worker must not catch up on turns that others could
 * have used.
 */
const expiresMillis = 200

/** A refused request lowers the rate of all workers by this factor, at most once a second. */
const decrease = 0.9

/** Without refusals, the rate recovers by this fraction of the limit per second. */
const increasePerSecond = 0.005

/** The delay until the first reserved turn, and the interval between turns. */
const Reserved = Schema.Tuple(Schema.Struct({ delayMillis: Schema.Number, everyMillis: Schema.Number }))

// A database that restarts is back within seconds. Until then, no request may be sent.
const whileAway = Schedule.spaced("200 millis")

export const unlimited: RateLimit.RateLimiter = {
  acquire: () => Effect.succeed(true),
  throttled: () => Effect.void
}

export const make = ({
  key,
  perSecond
}: Options): Effect.Effect<RateLimit.RateLimiter, never, SqlClient.SqlClient | Scope.Scope> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const size = Math.max(1, Math.round((perSecond * batchMillis) / 1000))
    // The current fraction of the limit, between 10 % and all of it.
    const factor = sql`
      least(1, r.factor + ${increasePerSecond}::float8 * extract(epoch FROM clock_timestamp() - r.changed_at))
    `
    const every = sql`(1 / (${perSecond}::float8 * ${factor}))`

    const reserve = sql`
      INSERT INTO glowmarkt_rates AS r (key, next_at) VALUES (${key}, clock_timestamp() + ${size / perSecond}::float8 * interval '1 second')
      ON CONFLICT (key) DO UPDATE SET
        next_at = greatest(r.next_at, clock_timestamp() - ${burstMillis}::float8 * interval '1 millisecond')
          + ${size}::int * ${every} * interval '1 second'
      RETURNING extract(epoch FROM next_at - clock_timestamp())::float8 * 1000 - ${size}::int * ${every} * 1000 AS "delayMillis",
        ${every} * 1000 AS "everyMillis"
    `.pipe(Effect.flatMap(Schema.decodeUnknown(Reserved)), Effect.retry(whileAway), Effect.orDie)

    // At most one batch waits while the next is fetched: an unused turn is lost for all workers.
    const turns = yield* Queue.bounded<number>(1)
    const refill = Effect.flatMap(reserve, ([{ delayMillis, everyMillis }]) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        Effect.forEach(
          Array.from({ length: size }, (_, index) => now + delayMillis + index * everyMillis),
          (at) => Queue.offer(turns, at),
          { discard: true }
        )
      )
    )
    yield* Effect.forkScoped(Effect.withTracerEnabled(Effect.forever(refill), false))

    const turn: Effect.Effect<void> = Effect.flatMap(Queue.take(turns), (at) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        at < now - expiresMillis ? turn : Effect.sleep(Math.max(0, at - now))
      )
    )

    return {
      acquire: (maxWait) => Effect.map(Effect.timeoutOption(turn, maxWait), Option.isSome),
      throttled: (pause) =>
        sql`
          UPDATE glowmarkt_rates r SET
            next_at = greatest(r.next_at, clock_timestamp() + ${Duration.toMillis(pause)}::float8 * interval '1 millisecond'),
            factor = greatest(0.1, CASE WHEN r.changed_at < clock_timestamp() - interval '1 second'
              THEN ${factor} * ${decrease}::float8 ELSE r.factor END),
            changed_at = CASE WHEN r.changed_at < clock_timestamp() - interval '1 second'
              THEN clock_timestamp() ELSE r.changed_at END
          WHERE key = ${key}
        `.pipe(Effect.ignore)
    }
  })
