/** What a run has to bear, and how well it has to. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import { bounded, type Figure, plain } from "./figures.js"
import { auditor, directory, type End, flowKiller, simulator } from "./processes.js"
import type { Said } from "./protocol.js"

/** What the command line may change. */
export interface Choice {
  readonly seconds: number
  readonly points: number
  readonly seed: number
  readonly burst: number
}

type Scenario = (choice: Choice) => Effect.Effect<ReadonlyArray<Figure>>

const auto = 0
const unlimited = 0

const number = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 })

const ended = (end: Exclude<End, { readonly said: "ends" }>) =>
  Effect.dieMessage(end.said === "fails" ? `the audit failed: ${end.message}` : "the audit was killed")

/** A provider that grants 200 a second: the run settles there. */
const throttle: Scenario = ({ burst, seconds, seed }) =>
  Effect.gen(function* () {
    const perSecond = 200
    const warmUp = 20
    const served = yield* simulator({
      accounts: (warmUp + seconds + 10) * perSecond + 5000,
      seed,
      throttle: { perSecond, burst }
    })
    const store = `${yield* directory}/runs.sqlite`
    const audit = yield* yield* Effect.map(auditor, (start) =>
      start({ ...served.address, store, runId: "throttled", concurrency: auto, perSecond: unlimited })
    )
    yield* served
      .count(0)
      .pipe(Effect.repeat({ until: ({ total }) => total > 0, schedule: Schedule.spaced("100 millis") }))
    yield* Effect.sleep(`${warmUp} seconds`)
    const early = yield* served.count(warmUp * 1000)
    let lately = 0
    let refused = 0
    // In parts: the simulator remembers only its latest requests.
    for (let part = 0; part < seconds; part += 10) {
      const length = Math.min(10, seconds - part)
      yield* Effect.sleep(`${length} seconds`)
      const counted = yield* served.count(length * 1000)
      lately += counted.lately
      refused += counted.refusedLately
    }
    yield* audit.kill
    const rate = (lately - refused) / seconds
    const share = (100 * refused) / lately
    return [
      plain(`refused while it warmed up (${warmUp} s)`, `${early.refusedLately} of ${number.format(early.lately)}`),
      bounded(`answered a second, over ${seconds} s`, number.format(rate), ["180 to 220", rate >= 180 && rate <= 220]),
      bounded("refused", `${number.format(share)} % (${refused})`, ["under 5 %", share < 5])
    ]
  }).pipe(Effect.scoped)

/** A provider that is away for a while: the run waits, says so, and leaves nothing out. */
const outage: Scenario = ({ seconds, seed }) =>
  Effect.gen(function* () {
    const accounts = 2000
    const served = yield* simulator({ accounts, seed })
    const path = yield* directory
    const heard: Array<Said> = []
    const start = yield* auditor
    const told = { ...served.address, concurrency: auto, perSecond: 200 }
    const began = yield* Clock.currentTimeMillis
    const audit = yield* start({ ...told, store: `${path}/outage.sqlite`, runId: "outage" }, (said) => heard.push(said))
    yield* served
      .count(0)
      .pipe(Effect.repeat({ until: ({ total }) => total > 300, schedule: Schedule.spaced("50 millis") }))
    yield* served.tell({ do: "breakDown" })
    const before = yield* served.count(0)
    yield* Effect.sleep(`${seconds} seconds`)
    const after = yield* served.count(0)
    yield* served.tell({ do: "recover" })
    const back = yield* Clock.currentTimeMillis
    const end = yield* audit.ended
    const took = ((yield* Clock.currentTimeMillis) - began) / 1000
    const afterwards = ((yield* Clock.currentTimeMillis) - back) / 1000
    const undisturbed = yield* Effect.flatMap(
      start({ ...told, perSecond: unlimited, store: `${path}/undisturbed.sqlite`, runId: "undisturbed" }),
      ({ ended }) => ended
    )
    const waits = heard.filter(({ said }) => said === "waits").length
    const resumptions = heard.filter(({ said }) => said === "goesOn").length
    const sent = after.total - before.total
    const failed = end.said === "ends" ? Object.values(end.errors).reduce((sum, n) => sum + n, 0) : accounts
    return [
      plain("the provider was away", `${seconds} s of ${number.format(took)} s`),
      plain("said why", heard.find((said) => said.said === "waits")?.reason ?? "nothing"),
      bounded("sent meanwhile", `${sent} requests`, ["under 100", sent < 100]),
      bounded("said that it waits, and that it goes on", `${waits} times, ${resumptions} times`, [
        "at least once each",
        waits > 0 && resumptions > 0
      ]),
      plain("done after the provider was back", `in ${number.format(afterwards)} s`),
      bounded("rows failed", end.said === "fails" ? end.message : String(failed), ["0", failed === 0]),
      bounded("rows", end.said === "ends" ? `${end.total}, ${end.digest.slice(0, 12)}` : end.said, [
        "as undisturbed",
        end.said === "ends" && undisturbed.said === "ends" && end.digest === undisturbed.digest
      ])
    ]
  }).pipe(Effect.scoped)

/** Ten times the accounts do not take more memory. */
const memory: Scenario = ({ seed }) =>
  Effect.gen(function* () {
    const start = yield* auditor
    const measured = (accounts: number) =>
      Effect.gen(function* () {
        const served = yield* simulator({ accounts, seed })
        const store = `${yield* directory}/runs.sqlite`
        const began = yield* Clock.currentTimeMillis
        const audit = yield* start({ ...served.address, store, runId: "memory", concurrency: 32, perSecond: unlimited })
        const end = yield* audit.ended
        const seconds = ((yield* Clock.currentTimeMillis) - began) / 1000
        if (end.said !== "ends") return yield* ended(end)
        return { ...end.memory, seconds }
      }).pipe(Effect.scoped)
    const small = yield* measured(10_000)
    const large = yield* measured(100_000)
    const told = ({ listing, live, peak, seconds }: typeof small) =>
      `${number.format(peak)} MB resident at most (list read: ${number.format(listing)}), ${number.format(live)} MB in use at the end, ${number.format(seconds)} s`
    const perAccount = (megabytes: number) => (megabytes * 2 ** 20) / 90_000
    const inUse = perAccount(large.live - small.live)
    const resident = perAccount(large.peak - small.peak)
    return [
      plain("10,000 accounts", told(small)),
      plain("100,000 accounts", told(large)),
      bounded("more in use for each account more", `${number.format(inUse)} bytes`, ["under 50", inUse < 50]),
      // The engine lets garbage lie while there is room; one account as listed is about 500 bytes.
      bounded("more resident for each account more", `${number.format(resident)} bytes`, [
        "under 1,000",
        resident < 1000
      ])
    ]
  }).pipe(Effect.scoped)

/** Killed at any moment and started again, an audit ends as an undisturbed one. */
const kill: Scenario = ({ points, seed }) =>
  Effect.gen(function* () {
    const accounts = 400
    const served = yield* simulator({ accounts, seed })
    const path = yield* directory
    const start = yield* auditor
    const told = (runId: string) => ({
      ...served.address,
      store: `${path}/${runId}.sqlite`,
      runId,
      concurrency: 8,
      perSecond: unlimited
    })
    const asked = Effect.map(served.count(0), ({ total }) => total)

    let begins = 0
    const undisturbed = yield* start(told("undisturbed"), (said) => {
      if (said.said === "begins") begins = performance.now()
    })
    const reference = yield* undisturbed.ended
    const length = performance.now() - begins
    if (reference.said !== "ends") return yield* ended(reference)

    let equal = 0
    let interrupted = 0
    let mostRepeated = 0
    for (let point = 1; point <= points; point++) {
      const before = yield* asked
      const begun = yield* Effect.makeLatch()
      const doomed = yield* start(told(`kill-${point}`), (said) => {
        if (said.said === "begins") begun.unsafeOpen()
      })
      yield* begun.await
      yield* Effect.sleep((yield* Random.next) * length)
      yield* doomed.kill
      if ((yield* doomed.ended).said === "killed") interrupted++
      const end = yield* Effect.flatMap(start(told(`kill-${point}`)), ({ ended }) => ended)
      if (end.said === "ends" && end.digest === reference.digest) equal++
      mostRepeated = Math.max(mostRepeated, (yield* asked) - before - accounts)
    }
    return [
      plain("killed before the end", `${interrupted} of ${points}`),
      bounded("equal to the undisturbed audit", `${equal} of ${points}`, ["all", equal === points]),
      bounded("asked again at most", `${mostRepeated} of ${accounts} accounts`, [
        "108: a batch and what is in flight",
        mostRepeated <= 108
      ])
    ]
  }).pipe(Effect.scoped, Effect.withRandom(Random.make(seed)))

/** The same of every flow that changes something; it prints its own figures. */
const killFlows: Scenario = ({ points, seed }) =>
  Effect.map(flowKiller(["--kills", String(points), "--seed", String(seed)]), (code) => [
    bounded("flows killed and started again", code === 0 ? "nobody could tell" : "see above", ["", code === 0])
  ])

export const scenarios = { throttle, outage, memory, kill, killFlows }
