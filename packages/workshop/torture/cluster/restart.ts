/** The database stops and restarts. Workers start after a run is submitted, or all at once. */
import { Cluster } from "@effect-glowmarkt/cluster"
import { RunStore, StatusAudit } from "@effect-glowmarkt/runner"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { bounded, type Figure, number } from "../figures.js"
import { simulator } from "../processes.js"
import { database, joined, launcher, type Part, submitter, target, timed, until } from "./environment.js"

const outages = [
  { mode: "fast", seconds: 5 },
  { mode: "immediate", seconds: 5 },
  { mode: "fast", seconds: 20 },
  { mode: "immediate", seconds: 20 }
] as const

export const restart: Part = (server, { seed }) =>
  Effect.gen(function* () {
    const size = 8000
    const served = yield* simulator({ accounts: size, seed, latencyMillis: 50 })
    const url = yield* database(server)
    const launch = yield* launcher(served, url, 150)
    return yield* Effect.gen(function* () {
      const names = ["a", "b", "c"]
      const workers = yield* Effect.forEach(names, launch)
      yield* joined(names)
      const { runId } = yield* Cluster.submit(StatusAudit.flow, { target: target(served) })
      const watching = yield* Effect.fork(Stream.runDrain(Cluster.watch(runId)))
      const store = yield* RunStore.RunStore
      yield* until(store.get(runId), ({ recorded }) => recorded > 200)
      const look = Effect.retry(store.get(runId), Schedule.spaced("50 millis"))
      const back: Array<number> = []
      for (const { mode, seconds } of outages) {
        yield* Effect.sync(() => server.stop(mode))
        yield* Effect.sleep(`${seconds} seconds`)
        yield* Effect.sync(() => server.start())
        back.push(yield* timed(Effect.flatMap(look, ({ recorded }) => until(look, (run) => run.recorded > recorded))))
        yield* Effect.sleep("4 seconds")
      }
      yield* Fiber.join(watching)
      const { recorded, total } = yield* store.get(runId)
      const exited = workers.filter((worker) => worker.hasExited()).length
      const figures: ReadonlyArray<Figure> = [
        ...outages.map(({ mode, seconds }, index) =>
          bounded(`working again after ${seconds} s (${mode}), s`, number.format(back[index] ?? Number.NaN), [
            "at most 3",
            (back[index] ?? Number.NaN) <= 3
          ])
        ),
        bounded("rows", `${recorded} of ${total}`, ["all", recorded === total && total === size]),
        bounded("workers that exited", String(exited), ["none", exited === 0])
      ]
      return ["cluster restart", figures] as const
    }).pipe(Effect.provide(submitter(url)))
  }).pipe(Effect.scoped, Effect.orDie)

export const start: Part = (server, { seed }) =>
  Effect.gen(function* () {
    const served = yield* simulator({ accounts: 400, seed })
    const url = yield* database(server)
    const empty = yield* database(server)
    const begun = yield* Effect.gen(function* () {
      const { runId } = yield* Cluster.submit(StatusAudit.flow, { target: target(served) })
      yield* Effect.sleep("2 seconds")
      yield* (yield* launcher(served, url, "unlimited"))("a")
      yield* until(Cluster.workers, (workers) => workers.length > 0)
      const seconds = yield* timed(until(Cluster.get(runId), ({ state }) => state !== "submitted"))
      yield* Stream.runDrain(Cluster.watch(runId))
      return seconds
    }).pipe(Effect.provide(submitter(url)))
    const launch = yield* launcher(served, empty, "unlimited")
    const names = Array.from({ length: 10 }, (_, index) => `w${index}`)
    const workers = yield* Effect.forEach(names, launch)
    // The submitter's connection is the eleventh.
    const ready = yield* Effect.timeoutOption(
      until(Cluster.workers, (workers) => workers.length === names.length),
      "60 seconds"
    ).pipe(Effect.provide(submitter(empty)))
    const exited = workers.filter((worker) => worker.hasExited()).length
    const figures: ReadonlyArray<Figure> = [
      bounded("a waiting run starts after its first worker is ready, s", number.format(begun), [
        "at most 5",
        begun <= 5
      ]),
      bounded(
        "of ten processes on an empty database",
        `${ready._tag === "Some" ? 10 : "fewer"} ready, ${exited} exited`,
        ["all ready", ready._tag === "Some" && exited === 0]
      )
    ]
    return ["cluster start", figures] as const
  }).pipe(Effect.scoped, Effect.orDie)
