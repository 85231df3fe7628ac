/** A run without a configured limit must settle at the provider's limit of 200 requests per second. */
import * as Effect from "effect/Effect"
import { bounded, type Figure, number, plain } from "./figures.js"
import { directory, simulator, worker } from "./processes.js"
import type { Work } from "./protocol.js"
import { type Choice, type Scenario, selected, title, underWay } from "./scenario.js"

const perSecond = 200
const within = perSecond / 10
const warmUp = 20

const measured = (work: Work, accounts: number, { burst, seconds, seed }: Choice) =>
  Effect.gen(function* () {
    const served = yield* simulator({ accounts, seed, throttle: { perSecond, burst } })
    const store = `${yield* directory}/runs.sqlite`
    const running = yield* yield* Effect.map(worker, (start) =>
      start({ ...served.address, work, store, runId: "throttled", rate: "unlimited" })
    )
    yield* underWay(served, work, running)
    yield* Effect.sleep(`${warmUp} seconds`)
    const early = yield* served.count(warmUp * 1000)
    let lately = 0
    let refused = 0
    // Counts in intervals of 10 seconds, because the simulator keeps only its latest requests.
    for (let part = 0; part < seconds; part += 10) {
      const length = Math.min(10, seconds - part)
      yield* Effect.sleep(`${length} seconds`)
      const counted = yield* served.count(length * 1000)
      lately += counted.lately
      refused += counted.refusedLately
    }
    yield* running.kill
    const rate = (lately - refused) / seconds
    const share = (100 * refused) / lately
    const figures: ReadonlyArray<Figure> = [
      plain(`refused during warm-up (${warmUp} s)`, `${early.refusedLately} of ${number.format(early.lately)}`),
      bounded(`accepted per second, over ${seconds} s`, number.format(rate), [
        `${perSecond - within} to ${perSecond + within}`,
        Math.abs(rate - perSecond) <= within
      ]),
      bounded("refused", `${number.format(share)} % (${refused})`, ["under 5 %", share < 5])
    ]
    return [title("throttle", work), figures] as const
  }).pipe(Effect.scoped)

export const throttle: Scenario = (choice) => {
  // Enough requests for the whole measurement, including the preparation.
  const requests = (warmUp + choice.seconds + 15) * perSecond
  // Applying a row takes three requests.
  const rows = Math.ceil(requests / 3)
  const works: ReadonlyArray<Work> = [{ flow: "statusAudit" }, { flow: "renameAccounts", rows }]
  return Effect.forEach(selected(works, choice), (work) =>
    measured(work, work.flow === "statusAudit" ? requests : rows + 1000, choice)
  )
}
