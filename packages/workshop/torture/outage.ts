/** Three kinds of outage: the run must wait, report it and lose no row. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { bounded, type Figure, number, plain } from "./figures.js"
import { directory, simulator, worker } from "./processes.js"
import { Outage, type Work, type WorkerMessage } from "./protocol.js"
import { type Choice, type Scenario, selected, title, underWay } from "./scenario.js"

const accounts = 2000

/** The request timeout is 30 seconds, and the longest pause between two probes 15. */
const longestAfterwards = 30 + 15 + 15

const through = (work: Work, how: Outage, { seconds, seed }: Choice) =>
  Effect.gen(function* () {
    const path = yield* directory
    const start = yield* worker
    const served = yield* simulator({ accounts, seed })
    const messages: Array<WorkerMessage> = []
    const began = yield* Clock.currentTimeMillis
    const running = yield* start({ ...served.address, work, store: `${path}/outage.sqlite`, runId: "run" }, (message) =>
      messages.push(message)
    )
    yield* underWay(served, work, running)
    yield* served.send({ do: "breakDown", how })
    const before = yield* served.count(0)
    yield* Effect.sleep(`${seconds} seconds`)
    const after = yield* served.count(0)
    yield* served.send({ do: "recover" })
    const back = yield* Clock.currentTimeMillis
    const end = yield* running.ended
    const now = yield* Clock.currentTimeMillis

    // The same accounts, for the comparison.
    const calm = yield* simulator({ accounts, seed })
    const undisturbed = yield* Effect.flatMap(
      start({ ...calm.address, work, store: `${path}/calm.sqlite`, runId: "run", rate: "unlimited" }),
      ({ ended }) => ended
    )
    const waits = messages.filter(({ event }) => event === "waiting").length
    const resumptions = messages.filter(({ event }) => event === "resumed").length
    const sent = after.total - before.total
    const failed = end.event === "finished" ? end.failed : accounts
    const resumed = messages.findLast((message) => message.event === "resumed")
    const figures: ReadonlyArray<Figure> = [
      plain("duration of the outage", `${seconds} s of ${number.format((now - began) / 1000)} s`),
      plain("reported reason", messages.find((message) => message.event === "waiting")?.reason ?? "nothing"),
      bounded("requests during the outage", String(sent), ["under 100", sent < 100]),
      bounded("reported waiting, and resuming", `${waits} times, ${resumptions} times`, [
        "at least once each",
        waits > 0 && resumptions > 0
      ]),
      bounded(
        "noticed the end of the outage",
        resumed === undefined ? "never" : `after waiting ${number.format(resumed.waitedMillis / 1000)} s`,
        [
          `within ${longestAfterwards} s`,
          resumed !== undefined && resumed.waitedMillis < (seconds + longestAfterwards) * 1000
        ]
      ),
      plain("finished after the outage", `in ${number.format((now - back) / 1000)} s`),
      bounded("rows failed", end.event === "failed" ? end.message : String(failed), [
        "as undisturbed",
        undisturbed.event === "finished" && failed === undisturbed.failed
      ]),
      bounded("rows", end.event === "finished" ? `${end.total}, ${end.digest.slice(0, 12)}` : end.event, [
        "as undisturbed",
        end.event === "finished" && undisturbed.event === "finished" && end.digest === undisturbed.digest
      ])
    ]
    return [title("outage", work, `, ${how}`), figures] as const
  }).pipe(Effect.scoped)

const works: ReadonlyArray<Work> = [{ flow: "statusAudit" }, { flow: "renameAccounts", rows: 600 }]

export const outage: Scenario = (choice) =>
  Effect.forEach(
    selected(works, choice).flatMap((work) => Outage.literals.map((how) => [work, how] as const)),
    ([work, how]) => through(work, how, choice)
  )
