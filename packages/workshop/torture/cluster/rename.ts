/**
 * Kills, or freezes and thaws, workers while they rename accounts: no write may be repeated or
 * lost.
 */
import { Cluster } from "@effect-glowmarkt/cluster"
import { AdminAccounts } from "@effect-glowmarkt/core"
import { CsvInput, PlannedFlow, RenameAccounts, type Run, RunStore } from "@effect-glowmarkt/runner"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { bounded, type Figure, number, plain } from "../figures.js"
import { simulator } from "../processes.js"
import type { Served } from "../scenario.js"
import {
  accounts,
  database,
  joined,
  launcher,
  type Part,
  shards,
  submitter,
  target,
  timed,
  until
} from "./environment.js"

/** A plan that renames every account. */
const planned = (served: Served) =>
  Effect.gen(function* () {
    const { stream } = yield* AdminAccounts.AdminAccounts
    const listed = yield* stream.pipe(Stream.filterMap(Either.getRight), Stream.runCollect)
    const rows = CsvInput.rowsOf(
      RenameAccounts.flow.input,
      Chunk.toReadonlyArray(listed).map(({ accountId }, i) => ({ accountId, name: `Renamed ${i}` }))
    )
    return yield* PlannedFlow.plan(RenameAccounts.flow, {
      rows,
      parameters: {},
      target: target(served),
      rate: "unlimited"
    })
  }).pipe(Effect.provide(accounts(served.address)))

/** The renames according to the provider and according to the run. */
const written = (served: Served, runId: Run.RunId, wanted: number) =>
  Effect.gen(function* () {
    const done = yield* Stream.runFold(
      PlannedFlow.rows(RenameAccounts.flow, runId),
      0,
      (done, { outcome }) => done + (outcome === "done" ? 1 : 0)
    )
    const { renamed, renamedAgain } = yield* served.count(0)
    return [
      bounded("accounts renamed, and recorded as done", `${renamed} and ${done} of ${wanted}`, [
        "all",
        renamed === wanted && done === wanted
      ]),
      bounded("accounts written twice", String(renamedAgain), ["none", renamedAgain === 0])
    ]
  })

export const killRename: Part = (server, { points, seed }) =>
  Effect.gen(function* () {
    const served = yield* simulator({ accounts: 1000, seed, latencyMillis: 50 })
    const plan = yield* planned(served)
    const url = yield* database(server)
    // Slow enough that there is work left at the last kill.
    const launch = yield* launcher(served, url, Math.max(10, Math.round(900 / points)))
    return yield* Effect.gen(function* () {
      const workers = yield* Effect.forEach(["a-0", "b-0", "c-0"], launch)
      yield* joined(["a-0", "b-0", "c-0"])
      const { runId } = yield* Cluster.submitPlan(RenameAccounts.flow, plan, { target: target(served) })
      const watching = yield* Effect.fork(Stream.runDrain(Cluster.watch(runId)))
      const store = yield* RunStore.RunStore
      yield* until(store.get(runId), ({ recorded }) => recorded > 0)
      let kills = 0
      for (; kills < points; kills++) {
        const index = kills % workers.length
        const victim = workers[index]
        if (victim === undefined || (yield* Cluster.get(runId)).state === "finished") break
        yield* victim.signal("SIGKILL")
        const name = `${victim.name.slice(0, 1)}-${kills + 1}`
        workers[index] = yield* launch(name)
        yield* until(shards, (held) => (held.get(name) ?? 0) > 0)
      }
      yield* Fiber.join(watching)
      const figures: ReadonlyArray<Figure> = [
        bounded("kills before the end", String(kills), [String(points), kills === points]),
        ...(yield* written(served, runId, plan.header.counts.change))
      ]
      return ["cluster kill renameAccounts", figures] as const
    }).pipe(Effect.provide(submitter(url)))
  }).pipe(Effect.scoped, Effect.orDie)

/**
 * Freezes a worker for longer than its locks last, and thaws it while others do its work. Finally,
 * one stays frozen for a minute.
 */
export const freeze: Part = (server, { points, seed }) =>
  Effect.gen(function* () {
    const served = yield* simulator({ accounts: 1800, seed, latencyMillis: 50 })
    const plan = yield* planned(served)
    const url = yield* database(server)
    const launch = yield* launcher(served, url, 60)
    return yield* Effect.gen(function* () {
      const names = ["a", "b", "c"]
      const workers = yield* Effect.forEach(names, launch)
      yield* joined(names)
      const { runId } = yield* Cluster.submitPlan(RenameAccounts.flow, plan, { target: target(served) })
      const watching = yield* Effect.fork(Stream.runDrain(Cluster.watch(runId)))
      const store = yield* RunStore.RunStore
      yield* until(store.get(runId), ({ recorded }) => recorded > 50)
      const short = Math.min(4, points)
      for (let index = 0; index < short; index++) {
        const worker = workers[index % workers.length]
        if (worker === undefined) break
        yield* worker.signal("SIGSTOP")
        yield* Effect.sleep("12 seconds")
        yield* worker.signal("SIGCONT")
        yield* joined(names)
      }
      const last = workers[short % workers.length]
      if (last === undefined) return yield* Effect.dieMessage("no worker is left")
      yield* last.signal("SIGSTOP")
      const seconds = yield* timed(Effect.timeoutOption(Fiber.join(watching), "60 seconds"))
      const { state } = yield* Cluster.get(runId)
      yield* Effect.sleep(`${Math.max(0, 60 - seconds)} seconds`)
      yield* last.signal("SIGCONT")
      const back = yield* timed(joined(names))
      yield* Effect.sleep("5 seconds")
      const exited = workers.filter((worker) => worker.hasExited()).length
      const figures: ReadonlyArray<Figure> = [
        plain("frozen for 12 s and thawed during the run", `${short} times`),
        bounded("the run without a worker that is frozen for 60 s", `${state} after ${number.format(seconds)} s`, [
          "finished",
          state === "finished"
        ]),
        plain("until it shared the shards again, s", number.format(back)),
        bounded("workers that exited", String(exited), ["none", exited === 0]),
        ...(yield* written(served, runId, plan.header.counts.change))
      ]
      return ["cluster freeze renameAccounts", figures] as const
    }).pipe(Effect.provide(submitter(url)))
  }).pipe(Effect.scoped, Effect.orDie)
