/** The speed of workers: three compared with one, and one compared with a run on one machine. */
import { Cluster } from "@effect-glowmarkt/cluster"
import { StatusAudit } from "@effect-glowmarkt/runner"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Server } from "../../postgres.js"
import { bounded, type Figure, number, plain } from "../figures.js"
import { directory, simulator, worker } from "../processes.js"
import type { Served } from "../scenario.js"
import { database, joined, launcher, type Part, parts, submitter, target, until } from "./environment.js"

/** Audits all accounts with these workers, once they are ready. */
const audited = (server: Server, served: Served, names: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const url = yield* database(server)
    return yield* Effect.gen(function* () {
      yield* Effect.forEach(names, yield* launcher(served, url, "unlimited"))
      yield* joined(names)
      const began = performance.now()
      const { runId } = yield* Cluster.submit(StatusAudit.flow, { target: target(served) })
      yield* Stream.runDrain(Cluster.watch(runId))
      return { seconds: (performance.now() - began) / 1000, parts: yield* parts(runId) }
    }).pipe(Effect.provide(submitter(url)))
  }).pipe(Effect.scoped, Effect.orDie)

/** 9,000 accounts, with a provider that takes 100 ms per request. */
export const scale: Part = (server, { seed }) =>
  Effect.gen(function* () {
    const accounts = 9000
    const names = ["a", "b", "c"]
    const served = yield* simulator({ accounts, seed, latencyMillis: 100 })
    const one = yield* audited(server, served, ["a"])
    const three = yield* audited(server, served, names)
    const shares = names.map((name) => three.parts.filter(({ worker }) => worker === name).length)
    const spread = (100 * (Math.max(...shares) - Math.min(...shares)) * names.length) / three.parts.length
    const ratio = one.seconds / three.seconds
    const figures: ReadonlyArray<Figure> = [
      plain("accounts per second, one worker", number.format(accounts / one.seconds)),
      plain("accounts per second, three workers", number.format(accounts / three.seconds)),
      bounded("three workers compared with one", number.format(ratio), ["at least 2.5", ratio >= 2.5]),
      bounded("parts of each worker", `${shares.join(", ")} (spread ${number.format(spread)} %)`, [
        "within 20 %",
        spread <= 20
      ])
    ]
    return ["cluster scale", figures] as const
  }).pipe(Effect.scoped)

/** An audit on one machine, with its store in SQLite. */
const local = (served: Served) =>
  Effect.gen(function* () {
    const store = `${yield* directory}/runs.sqlite`
    let began = 0
    const running = yield* (yield* worker)(
      {
        ...served.address,
        work: { flow: "statusAudit" },
        store,
        runId: "local",
        concurrency: 16,
        rate: "unlimited"
      },
      ({ event }) => {
        if (event === "started") began = performance.now()
      }
    )
    yield* until(
      Effect.sync(() => running.hasSent("started")),
      (hasStarted) => hasStarted
    )
    yield* running.ended
    return (performance.now() - began) / 1000
  }).pipe(Effect.scoped)

/** Without latency or a rate limit, a run mostly waits for the database. */
export const speed: Part = (server, { seed }) =>
  Effect.gen(function* () {
    const accounts = 60_000
    const served = yield* simulator({ accounts, seed })
    // Alternates, since other load on the machine varies.
    const turns = yield* Effect.replicateEffect(
      Effect.all({
        sqlite: local(served),
        cluster: Effect.map(audited(server, served, ["a"]), ({ seconds }) => seconds)
      }),
      2
    )
    const best = (of: "sqlite" | "cluster") => accounts / Math.min(...turns.map((turn) => turn[of]))
    const ratio = best("cluster") / best("sqlite")
    const figures: ReadonlyArray<Figure> = [
      plain("accounts per second, one machine with SQLite", number.format(best("sqlite"))),
      plain("accounts per second, one worker", number.format(best("cluster"))),
      bounded(
        "one worker compared with SQLite",
        new Intl.NumberFormat("en-GB", { maximumFractionDigits: 2 }).format(ratio),
        ["at least 0.85", ratio >= 0.85]
      )
    ]
    return ["cluster speed", figures] as const
  }).pipe(Effect.scoped)
