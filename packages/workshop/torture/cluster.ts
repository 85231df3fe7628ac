/** Runs on several workers over PostgreSQL: how they share the work, and what is left when one of them is killed. */
import { createHash } from "node:crypto"
import * as SqlClient from "@effect/sql/SqlClient"
import * as PgClient from "@effect/sql-pg/PgClient"
import { Cluster, DatabaseUrl } from "@effect-glowmarkt/cluster"
import { AdminAccounts, AppKeys, GlowmarktClient } from "@effect-glowmarkt/core"
import * as NodeTransport from "@effect-glowmarkt/core/NodeTransport"
import { AuditRow, CsvInput, PlannedFlow, RenameAccounts, Run, RunStore, StatusAudit } from "@effect-glowmarkt/runner"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { type Server, startServer } from "../postgres.js"
import { bounded, type Figure, number, plain } from "./figures.js"
import { clusterWorker, simulator } from "./processes.js"
import type { Choice, Scenario, Served } from "./scenario.js"

const server = Effect.acquireRelease(
  Effect.flatMap(
    Effect.promise(() => startServer()),
    (server) => (server === undefined ? Effect.dieMessage("needs PostgreSQL") : Effect.succeed(server))
  ),
  (server) => Effect.sync(server.remove)
)

let databases = 0

/** A new database, which goes with its server. */
const database = (serverUrl: string) =>
  Effect.gen(function* () {
    const name = `torture_${++databases}`
    yield* Effect.flatMap(PgClient.PgClient, (sql) => sql.unsafe(`CREATE DATABASE ${name}`)).pipe(
      Effect.provide(PgClient.layer({ url: Redacted.make(`${serverUrl}/postgres`) })),
      Effect.orDie
    )
    return `${serverUrl}/${name}`
  })

const submitter = (url: string) =>
  Layer.orDie(Cluster.layer({ url: Either.getOrThrow(DatabaseUrl.parse(Redacted.make(url))) }))

const accounts = ({ key, secret, url }: Served["address"]) =>
  AdminAccounts.layer.pipe(
    Layer.provide(AppKeys.layer({ key, secret: Redacted.make(secret) })),
    Layer.provide(GlowmarktClient.layer({ baseUrl: url })),
    Layer.provide(NodeTransport.layer()),
    Layer.orDie
  )

const encode = Schema.encodeSync(AuditRow.AuditRow)

const digest = (runId: Run.RunId) =>
  Stream.runFold(StatusAudit.rows(runId), createHash("sha256"), (hash, row) =>
    hash.update(JSON.stringify(encode(row)))
  ).pipe(Effect.map((hash) => hash.digest("hex")))

const target = ({ url }: Served["address"]) => ({ origin: new URL(url).origin })

const until = <A, E, R>(effect: Effect.Effect<A, E, R>, isReached: (a: A) => boolean) =>
  Effect.repeat(Effect.delay(effect, "100 millis"), { until: isReached })

/** Starts these workers, and gives how long an audit of all accounts takes once they are ready. */
const audited = (database: string, served: Served, names: ReadonlyArray<string>, rate: number | "unlimited") =>
  Effect.gen(function* () {
    const start = yield* clusterWorker
    yield* Effect.forEach(names, (name) => start({ ...served.address, database, name, rate }))
    yield* until(Cluster.workers, (workers) => workers.length === names.length)
    // Shards are shared out within a second or two of the last worker's start.
    yield* Effect.sleep("4 seconds")
    const began = performance.now()
    const { runId } = yield* Cluster.submit(StatusAudit.flow, { target: target(served.address) })
    yield* Stream.runDrain(Cluster.watch(runId))
    return (performance.now() - began) / 1000
  }).pipe(Effect.scoped, Effect.provide(submitter(database)))

const scale = (serverUrl: string, { seed }: Choice) =>
  Effect.gen(function* () {
    const accounts = 9000
    const served = yield* simulator({ accounts, seed, latencyMillis: 100 })
    const one = yield* audited(yield* database(serverUrl), served, ["a"], "unlimited")
    const three = yield* audited(yield* database(serverUrl), served, ["a", "b", "c"], "unlimited")
    const figures: ReadonlyArray<Figure> = [
      plain("accounts a second, one worker", number.format(accounts / one)),
      plain("accounts a second, three workers", number.format(accounts / three)),
      bounded("three workers against one", number.format(one / three), ["at least 2.5", one / three >= 2.5])
    ]
    return ["cluster scale", figures] as const
  }).pipe(Effect.scoped)

/** How many shards this worker owns. */
const shardsOf = (name: string) =>
  Effect.flatMap(
    SqlClient.SqlClient,
    (sql) => sql<{ n: number }>`
      SELECT count(*)::int AS n FROM cluster_locks WHERE address LIKE (
        SELECT worker::text FROM glowmarkt_workers WHERE name = ${name} ORDER BY since DESC LIMIT 1) || '%'
    `
  ).pipe(Effect.map(([row]) => row?.n ?? 0))

const killed = (serverUrl: string, { points, seed }: Choice) =>
  Effect.gen(function* () {
    const size = 400 * points + 1000
    const served = yield* simulator({ accounts: size, seed, latencyMillis: 50 })
    const undisturbed = Run.RunId.make("undisturbed")
    const expected = yield* StatusAudit.run({ runId: undisturbed, rate: "unlimited" }).pipe(
      Effect.zipRight(digest(undisturbed)),
      Effect.provide(Layer.merge(accounts(served.address), RunStore.layerMemory))
    )
    const requestsOfOne = (yield* served.count(0)).total
    const url = yield* database(serverUrl)
    const start = yield* clusterWorker
    const launch = (name: string) => start({ ...served.address, database: url, name, rate: 100 })
    return yield* Effect.gen(function* () {
      const workers = yield* Effect.forEach(["a-0", "b-0", "c-0"], launch)
      const { runId } = yield* Cluster.submit(StatusAudit.flow, { target: target(served.address) })
      const watching = yield* Effect.fork(Stream.runDrain(Cluster.watch(runId)))
      const takeovers: Array<number> = []
      const store = yield* RunStore.RunStore
      yield* until(store.get(runId), ({ recorded }) => recorded > 0)
      for (let kill = 0; kill < points; kill++) {
        const index = kill % workers.length
        const victim = workers[index]
        if (victim === undefined) break
        yield* until(shardsOf(victim.name), (shards) => shards > 0)
        if ((yield* Cluster.get(runId)).state === "finished") break
        yield* victim.signal("SIGKILL")
        const began = performance.now()
        yield* until(shardsOf(victim.name), (shards) => shards === 0)
        takeovers.push((performance.now() - began) / 1000)
        workers[index] = yield* launch(`${victim.name.slice(0, 1)}-${kill + 1}`)
      }
      yield* Fiber.join(watching)
      const { recorded, total } = yield* store.get(runId)
      const found = yield* digest(runId)
      const repeated = (yield* served.count(0)).total - 2 * requestsOfOne
      const figures: ReadonlyArray<Figure> = [
        plain("kills", String(takeovers.length)),
        bounded("longest until others had the work, s", number.format(Math.max(...takeovers)), [
          "at most 15",
          Math.max(...takeovers) <= 15
        ]),
        bounded("rows", `${recorded} of ${total}`, ["all", recorded === total && total === size]),
        bounded("findings", found === expected ? "the same" : "others", ["the same", found === expected]),
        bounded("requests repeated a kill", number.format(repeated / takeovers.length), [
          "at most 100",
          repeated / takeovers.length <= 100
        ])
      ]
      return ["cluster kill statusAudit", figures] as const
    }).pipe(Effect.provide(submitter(url)))
  }).pipe(Effect.scoped, Effect.orDie)

const renamed = (serverUrl: string, { points, seed }: Choice) =>
  Effect.gen(function* () {
    const size = 1000
    const served = yield* simulator({ accounts: size, seed, latencyMillis: 50 })
    const plan = yield* Effect.gen(function* () {
      const { stream } = yield* AdminAccounts.AdminAccounts
      const listed = yield* stream.pipe(Stream.filterMap(Either.getRight), Stream.runCollect)
      const rows = CsvInput.rowsOf(
        RenameAccounts.flow.input,
        Chunk.toReadonlyArray(listed).map(({ accountId }, i) => ({ accountId, name: `Renamed ${i}` }))
      )
      return yield* PlannedFlow.plan(RenameAccounts.flow, {
        rows,
        parameters: {},
        target: target(served.address),
        rate: "unlimited"
      })
    }).pipe(Effect.provide(accounts(served.address)))
    const url = yield* database(serverUrl)
    const start = yield* clusterWorker
    const launch = (name: string) => start({ ...served.address, database: url, name, rate: 60 })
    return yield* Effect.gen(function* () {
      const workers = yield* Effect.forEach(["a-0", "b-0", "c-0"], launch)
      const { runId } = yield* Cluster.submitPlan(RenameAccounts.flow, plan, { target: target(served.address) })
      const watching = yield* Effect.fork(Stream.runDrain(Cluster.watch(runId)))
      const store = yield* RunStore.RunStore
      yield* until(store.get(runId), ({ recorded }) => recorded > 0)
      let kills = 0
      for (; kills < points; kills++) {
        const index = kills % workers.length
        const victim = workers[index]
        if (victim === undefined || (yield* Cluster.get(runId)).state === "finished") break
        yield* victim.signal("SIGKILL")
        workers[index] = yield* launch(`${victim.name.slice(0, 1)}-${kills + 1}`)
        yield* until(shardsOf(workers[index]?.name ?? ""), (shards) => shards > 0)
      }
      yield* Fiber.join(watching)
      const outcomes = yield* Stream.runFold(
        PlannedFlow.rows(RenameAccounts.flow, runId),
        0,
        (done, { outcome }) => done + (outcome === "done" ? 1 : 0)
      )
      const { updates } = yield* served.count(0)
      const { change } = plan.header.counts
      const figures: ReadonlyArray<Figure> = [
        plain("kills", String(kills)),
        bounded("renamed", `${outcomes} of ${change}`, ["all", outcomes === change]),
        bounded("written twice", String(updates - change), ["none", updates === change])
      ]
      return ["cluster kill renameAccounts", figures] as const
    }).pipe(Effect.provide(submitter(url)))
  }).pipe(Effect.scoped, Effect.orDie)

/** The database goes away while three workers audit, and comes back. */
const restarted = (server: Server, { seed }: Choice) =>
  Effect.gen(function* () {
    const size = 6000
    const served = yield* simulator({ accounts: size, seed, latencyMillis: 50 })
    const url = yield* database(server.url)
    const start = yield* clusterWorker
    return yield* Effect.gen(function* () {
      const workers = yield* Effect.forEach(["a", "b", "c"], (name) =>
        start({ ...served.address, database: url, name, rate: 150 })
      )
      const { runId } = yield* Cluster.submit(StatusAudit.flow, { target: target(served.address) })
      const watching = yield* Effect.fork(Stream.runDrain(Cluster.watch(runId)))
      const store = yield* RunStore.RunStore
      yield* until(store.get(runId), ({ recorded }) => recorded > 200)
      const away: Array<number> = []
      for (const mode of ["fast", "immediate"] as const) {
        yield* Effect.sync(() => server.stop(mode))
        yield* Effect.sleep("5 seconds")
        yield* Effect.sync(() => server.start())
        const began = performance.now()
        const look = Effect.retry(store.get(runId), Schedule.spaced("100 millis"))
        const { recorded } = yield* look
        yield* until(look, (run) => run.recorded > recorded)
        away.push((performance.now() - began) / 1000)
        yield* Effect.sleep("3 seconds")
      }
      yield* Fiber.join(watching)
      const { recorded, total } = yield* store.get(runId)
      const exited = workers.filter((worker) => worker.hasExited()).length
      const figures: ReadonlyArray<Figure> = [
        bounded("results again after the return, s", away.map((seconds) => number.format(seconds)).join(", "), [
          "at most 3",
          Math.max(...away) <= 3
        ]),
        bounded("rows", `${recorded} of ${total}`, ["all", recorded === total && total === size]),
        bounded("workers that exited", String(exited), ["none", exited === 0])
      ]
      return ["cluster restart", figures] as const
    }).pipe(Effect.provide(submitter(url)))
  }).pipe(Effect.scoped, Effect.orDie)

/** All of it, or what is named: a flow, which is then killed, or `restart`. */
export const cluster: Scenario = (choice) =>
  Effect.scoped(
    Effect.flatMap(server, (server) => {
      const isAsked = (part: string) => choice.flows.length === 0 || choice.flows.includes(part)
      return Effect.all([
        ...(isAsked("scale") ? [Effect.orDie(scale(server.url, choice))] : []),
        ...(isAsked("statusAudit") ? [killed(server.url, choice)] : []),
        ...(isAsked("renameAccounts") ? [renamed(server.url, choice)] : []),
        ...(isAsked("restart") ? [restarted(server, choice)] : [])
      ])
    })
  )
