/** A provider that is away for a while, in three ways: the run waits, says so, and leaves nothing out. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { bounded, type Figure, number, plain } from "./figures.js"
import { directory, simulator, worker } from "./processes.js"
import { Outage, type Said, type Work } from "./protocol.js"
import { asked, type Choice, type Scenario, title, underWay } from "./scenario.js"

const accounts = 2000

/** A request that hangs is given up after 30 seconds, and the longest pause between two probes is 15. */
const longestAfterwards = 30 + 15 + 15

const through = (work: Work, how: Outage, { seconds, seed }: Choice) =>
  Effect.gen(function* () {
    const path = yield* directory
    const start = yield* worker
    const served = yield* simulator({ accounts, seed })
    const heard: Array<Said> = []
    const began = yield* Clock.currentTimeMillis
    const running = yield* start({ ...served.address, work, store: `${path}/outage.sqlite`, runId: "run" }, (said) =>
      heard.push(said)
    )
    yield* underWay(served, work, running)
    yield* served.tell({ do: "breakDown", how })
    const before = yield* served.count(0)
    yield* Effect.sleep(`${seconds} seconds`)
    const after = yield* served.count(0)
    yield* served.tell({ do: "recover" })
    const back = yield* Clock.currentTimeMillis
    const end = yield* running.ended
    const now = yield* Clock.currentTimeMillis

    // The same world again, for the comparison.
    const calm = yield* simulator({ accounts, seed })
    const undisturbed = yield* Effect.flatMap(
      start({ ...calm.address, work, store: `${path}/calm.sqlite`, runId: "run", rate: "unlimited" }),
      ({ ended }) => ended
    )
    const waits = heard.filter(({ said }) => said === "waits").length
    const resumptions = heard.filter(({ said }) => said === "goesOn").length
    const sent = after.total - before.total
    const failed = end.said === "ends" ? end.failed : accounts
    const goneOn = heard.findLast((said) => said.said === "goesOn")
    const figures: ReadonlyArray<Figure> = [
      plain("the provider was away", `${seconds} s of ${number.format((now - began) / 1000)} s`),
      plain("said why", heard.find((said) => said.said === "waits")?.reason ?? "nothing"),
      bounded("requests it was sent meanwhile", String(sent), ["under 100", sent < 100]),
      bounded("said that it waits, and that it goes on", `${waits} times, ${resumptions} times`, [
        "at least once each",
        waits > 0 && resumptions > 0
      ]),
      bounded(
        "noticed that it was back",
        goneOn === undefined ? "never" : `it had waited ${number.format(goneOn.waitedMillis / 1000)} s`,
        [
          `within ${longestAfterwards} s`,
          goneOn !== undefined && goneOn.waitedMillis < (seconds + longestAfterwards) * 1000
        ]
      ),
      plain("done after the provider was back", `in ${number.format((now - back) / 1000)} s`),
      bounded("rows failed", end.said === "fails" ? end.message : String(failed), [
        "as undisturbed",
        undisturbed.said === "ends" && failed === undisturbed.failed
      ]),
      bounded("rows", end.said === "ends" ? `${end.total}, ${end.digest.slice(0, 12)}` : end.said, [
        "as undisturbed",
        end.said === "ends" && undisturbed.said === "ends" && end.digest === undisturbed.digest
      ])
    ]
    return [title("outage", work, `, ${how}`), figures] as const
  }).pipe(Effect.scoped)

const works: ReadonlyArray<Work> = [{ flow: "statusAudit" }, { flow: "renameAccounts", rows: 600 }]

export const outage: Scenario = (choice) =>
  Effect.forEach(
    asked(works, choice).flatMap((work) => Outage.literals.map((how) => [work, how] as const)),
    ([work, how]) => through(work, how, choice)
  )
