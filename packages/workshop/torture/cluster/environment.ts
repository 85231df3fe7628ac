/**
 * Shared by the cluster scenarios: a server, databases, workers, and queries of the engine's
 * tables.
 */
import { createHash } from "node:crypto"
import * as SqlClient from "@effect/sql/SqlClient"
import * as PgClient from "@effect/sql-pg/PgClient"
import { Cluster, DatabaseUrl } from "@effect-glowmarkt/cluster"
import { AdminAccounts, AppKeys, GlowmarktClient } from "@effect-glowmarkt/core"
import * as NodeTransport from "@effect-glowmarkt/core/NodeTransport"
import { AuditRow, type Run, RunStore, StatusAudit } from "@effect-glowmarkt/runner"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { Server } from "../../postgres.js"
import type { Figure } from "../figures.js"
import { clusterWorker } from "../processes.js"
import type { Choice, Served } from "../scenario.js"

/** Measures one thing and returns its table. */
export type Part = (server: Server, choice: Choice) => Effect.Effect<readonly [title: string, ReadonlyArray<Figure>]>

let databases = 0

/** A new database, which is removed with its server. */
export const database = (server: Server) =>
  Effect.gen(function* () {
    const name = `torture_${++databases}`
    yield* Effect.flatMap(PgClient.PgClient, (sql) => sql.unsafe(`CREATE DATABASE ${name}`)).pipe(
      Effect.provide(PgClient.layer({ url: Redacted.make(`${server.url}/postgres`) })),
      Effect.orDie
    )
    return `${server.url}/${name}`
  })

export const submitter = (url: string) =>
  Layer.orDie(Cluster.layer({ url: Either.getOrThrow(DatabaseUrl.parse(Redacted.make(url))) }))

export const accounts = ({ key, secret, url }: Served["address"]) =>
  AdminAccounts.layer.pipe(
    Layer.provide(AppKeys.layer({ key, secret: Redacted.make(secret) })),
    Layer.provide(GlowmarktClient.layer({ baseUrl: url })),
    Layer.provide(NodeTransport.layer()),
    Layer.orDie
  )

export const target = ({ address: { url } }: Served) => ({ origin: new URL(url).origin })

/** Starts workers with these names for one provider and database. */
export const launcher = (served: Served, database: string, rate: number | "unlimited") =>
  Effect.map(clusterWorker, (start) => (name: string) => start({ ...served.address, database, name, rate }))

export const until = <A, E, R>(effect: Effect.Effect<A, E, R>, isReached: (a: A) => boolean) =>
  Effect.repeat(Effect.delay(effect, "50 millis"), { until: isReached })

const encode = Schema.encodeSync(AuditRow.AuditRow)

/** A hash of the findings of an audit. */
export const digest = (runId: Run.RunId) =>
  Stream.runFold(StatusAudit.rows(runId), createHash("sha256"), (hash, row) =>
    hash.update(JSON.stringify(encode(row)))
  ).pipe(Effect.map((hash) => hash.digest("hex")))

/** The findings and the number of requests of an audit on one machine. */
export const undisturbed = (served: Served) =>
  Effect.gen(function* () {
    const before = (yield* served.count(0)).total
    const { runId } = yield* StatusAudit.run({ rate: "unlimited" })
    return { findings: yield* digest(runId), requests: (yield* served.count(0)).total - before }
  }).pipe(Effect.provide(Layer.merge(accounts(served.address), RunStore.layerMemory)))

/** How long an effect takes, in seconds. */
export const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const began = performance.now()
    yield* effect
    return (performance.now() - began) / 1000
  })

const numbers = <A extends object>(query: (sql: SqlClient.SqlClient) => Effect.Effect<ReadonlyArray<A>, unknown>) =>
  Effect.orDie(Effect.flatMap(SqlClient.SqlClient, query))

/** How many shards each worker holds, by the worker's name. */
export const shards = Effect.map(
  numbers(
    (sql) => sql<{ name: string; n: number }>`
      SELECT w.name, count(*)::int AS n FROM cluster_locks l JOIN glowmarkt_workers w ON l.address = w.worker || ':1'
      WHERE l.acquired_at > LOCALTIMESTAMP - interval '9 seconds' GROUP BY w.name
    `
  ),
  (rows): ReadonlyMap<string, number> => new Map(rows.map(({ n, name }) => [name, n]))
).pipe(
  // The engine's tables exist once the first worker has started.
  Effect.catchAllDefect(() => Effect.succeed(new Map<string, number>()))
)

/** Waits until these workers share the shards evenly. Before that, parts move between workers. */
export const joined = (names: ReadonlyArray<string>) =>
  until(shards, (held) => names.every((name) => (held.get(name) ?? 0) >= Math.floor(120 / names.length)))

export interface PlacedPart {
  readonly worker: string
  readonly from: number
  readonly to: number
  readonly done: boolean
  /** When its worker started it, as text. */
  readonly begunAt: string | null
}

/** The parts of a run, each with the worker that holds its shard. */
export const parts = (runId: Run.RunId) =>
  numbers(
    (sql) => sql<PlacedPart>`
      SELECT w.name AS worker, (m.payload::json ->> 'from')::int AS from, (m.payload::json ->> 'to')::int AS to,
        m.processed AS done, m.last_read::text AS "begunAt"
      FROM cluster_messages m
      JOIN cluster_locks l ON l.shard_id = m.shard_id JOIN glowmarkt_workers w ON l.address = w.worker || ':1'
      WHERE m.tag = 'run' AND m.entity_type = 'Workflow/glowmarkt/part' AND m.payload::json ->> 'runId' = ${runId}
    `
  )

/** The worker that lists the subjects of a run and finishes it. */
export const coordinator = (runId: Run.RunId) =>
  Effect.map(
    numbers(
      (sql) => sql<{ worker: string }>`
        SELECT w.name AS worker FROM cluster_messages m
        JOIN cluster_locks l ON l.shard_id = m.shard_id JOIN glowmarkt_workers w ON l.address = w.worker || ':1'
        WHERE m.tag = 'run' AND m.entity_type = 'Workflow/glowmarkt/run' AND m.payload::json ->> 'runId' = ${runId}
      `
    ),
    ([found]) => found?.worker
  )
