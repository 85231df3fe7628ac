/** Kills workers during audits: while one lists subjects, processes parts, or finishes. */
import { Cluster } from "@effect-glowmarkt/cluster"
import { Run, RunStore, StatusAudit } from "@effect-glowmarkt/runner"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { bounded, type Figure, number, plain } from "../figures.js"
import { simulator } from "../processes.js"
import type { Choice } from "../scenario.js"
import {
  coordinator,
  database,
  digest,
  joined,
  launcher,
  type Part,
  parts,
  submitter,
  target,
  timed,
  undisturbed,
  until
} from "./environment.js"
import { pooled } from "./pooler.js"

type Moment = "listing" | "in a part" | "finishing"

interface Kill {
  readonly moment: Moment
  /** Seconds until other workers had started everything that the killed one was doing. */
  readonly takeover: number
}

const size = 2600

/** Each run is killed once while listing, then in parts, and once while finishing. */
const killsOfRun = 5

const kills = (url: string, { points, seed }: Choice) =>
  Effect.gen(function* () {
    const served = yield* simulator({ accounts: size, seed, latencyMillis: 50, listMillis: 3000 })
    const expected = yield* undisturbed(served)
    const launch = yield* launcher(served, url, 60)
    const store = yield* RunStore.RunStore
    const names = ["a-0", "b-0", "c-0"]
    const workers = new Map(
      yield* Effect.forEach(names, (name) => Effect.map(launch(name), (worker) => [name, worker] as const))
    )
    yield* joined(names)
    const all: Array<Kill> = []
    const problems: Array<string> = []

    /** Kills a worker, waits until others continue its work, and starts a new one. */
    const kill = (moment: Moment, name: string, takenOver: Effect.Effect<unknown>) =>
      Effect.gen(function* () {
        const victim = workers.get(name)
        if (victim === undefined) return
        yield* victim.signal("SIGKILL")
        workers.delete(name)
        all.push({ moment, takeover: yield* timed(takenOver) })
        const next = `${name.slice(0, 1)}-${all.length}`
        workers.set(next, yield* launch(next))
        yield* joined([...workers.keys()])
      })

    const audit = (index: number, kills: number) =>
      Effect.gen(function* () {
        const runId = Run.RunId.make(`audit-${index}`)
        const lists = Effect.map(served.count(0), ({ lists }) => lists)
        const run = Effect.orDie(store.get(runId))
        const before = (yield* served.count(0)).total
        const listed = yield* lists
        yield* Cluster.submit(StatusAudit.flow, { runId, target: target(served) })
        const watching = yield* Effect.fork(Stream.runDrain(Cluster.watch(runId)))
        yield* until(lists, (count) => count > listed)
        yield* kill(
          "listing",
          (yield* coordinator(runId)) ?? "",
          until(lists, (count) => count > listed + 1)
        )
        yield* until(run, ({ recorded }) => recorded > 0)
        for (let inPart = 0; inPart < kills - 2; inPart++) {
          const open = (yield* parts(runId)).filter(({ done }) => !done)
          const name = open[0]?.worker
          if (name === undefined) break
          const own = open.filter(({ worker }) => worker === name)
          yield* kill(
            "in a part",
            name,
            until(parts(runId), (now) =>
              own.every(({ begunAt, from }) =>
                now.some((part) => part.from === from && (part.done || ![null, begunAt].includes(part.begunAt)))
              )
            ).pipe(Effect.provide(submitter(url)))
          )
        }
        const finished = Effect.map(Effect.orDie(Cluster.get(runId)), ({ state }) => state === "finished")
        // Results arrive in batches, so there is a moment before the run finishes.
        const last = yield* coordinator(runId)
        yield* Effect.repeat(run, { until: ({ recorded }) => recorded >= size - 20 })
        if (last !== undefined && !(yield* finished)) {
          yield* kill(
            "finishing",
            last,
            until(finished, (isFinished) => isFinished).pipe(Effect.provide(submitter(url)))
          )
        }
        yield* Fiber.join(watching)
        const { recorded, total } = yield* run
        const distinct = yield* Stream.runCount(store.rows(runId))
        if (recorded !== size || total !== size || distinct !== size) {
          problems.push(`${recorded} results and ${distinct} rows of ${total}`)
        }
        if ((yield* digest(runId)) !== expected.findings) problems.push("other findings")
        return (yield* served.count(0)).total - before - expected.requests
      })

    const runs = Math.max(1, Math.ceil(points / killsOfRun))
    const repeated = yield* Effect.forEach(Array.from({ length: runs }), (_, index) => audit(index, killsOfRun))
    const sum = repeated.reduce((all, count) => all + count, 0)
    const takeovers = all.map(({ takeover }) => takeover)
    const count = (moment: Moment) => all.filter((kill) => kill.moment === moment).length
    const figures: ReadonlyArray<Figure> = [
      plain("kills", (["listing", "in a part", "finishing"] as const).map((at) => `${count(at)} ${at}`).join(", ")),
      plain(
        "until others took over, s",
        all
          .map(({ moment, takeover }) => `${moment === "in a part" ? "" : `${moment} `}${number.format(takeover)}`)
          .join(", ")
      ),
      bounded("until others took over, longest, s", number.format(Math.max(...takeovers)), [
        "at most 15",
        Math.max(...takeovers) <= 15
      ]),
      bounded(
        "rows = distinct = total, the same findings",
        problems.length === 0 ? `${runs} runs` : problems.join("; "),
        ["all runs", problems.length === 0]
      ),
      bounded("requests repeated per kill", number.format(sum / all.length), ["at most 100", sum / all.length <= 100])
    ]
    return figures
  }).pipe(Effect.provide(submitter(url)), Effect.scoped, Effect.orDie)

export const killAudit: Part = (server, choice) =>
  Effect.gen(function* () {
    return ["cluster kill statusAudit", yield* kills(yield* database(server), choice)] as const
  })

/** The same behind pgbouncer, where consecutive transactions can use different sessions. */
export const pooler: Part = (server, choice) =>
  Effect.gen(function* () {
    const url = yield* pooled(server, yield* database(server))
    return [
      "cluster behind pgbouncer",
      Option.isSome(url)
        ? yield* kills(url.value, { ...choice, points: killsOfRun })
        : [plain("skipped", "pgbouncer is not installed (on Debian: apt-get install pgbouncer)")]
    ] as const
  }).pipe(Effect.scoped)
