/**
 * Ten times the accounts do not take more memory.
 *
 * V8 lets garbage lie while there is room, and makes room while much is thrown away: what is resident then says more of V8 than of the
 * audit. So each audit is made twice, once with room and once with little of it: there nothing may grow.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { bounded, type Figure, number, plain } from "./figures.js"
import { directory, simulator, worker } from "./processes.js"
import type { Memory } from "./protocol.js"
import { ended, type Scenario } from "./scenario.js"

const rooms = { ample: [], little: ["--max-old-space-size=64", "--max-semi-space-size=2"] } as const

interface Measured extends Memory {
  readonly seconds: number
}

const measured = (accounts: number, room: keyof typeof rooms, seed: number) =>
  Effect.gen(function* () {
    const start = yield* worker
    const served = yield* simulator({ accounts, seed })
    const store = `${yield* directory}/runs.sqlite`
    const began = yield* Clock.currentTimeMillis
    const work = { flow: "statusAudit" } as const
    const audit = yield* start(
      { ...served.address, work, store, runId: "memory", concurrency: 32, rate: "unlimited" },
      undefined,
      rooms[room]
    )
    const end = yield* audit.ended
    const seconds = ((yield* Clock.currentTimeMillis) - began) / 1000
    if (end.said !== "ends") return yield* ended(end)
    const taken: Measured = { ...end.memory, seconds }
    return taken
  }).pipe(Effect.scoped)

const told = ({ external, heap, listing, live, peak, seconds }: Measured) =>
  `${number.format(peak)} MB resident at most (list read: ${number.format(listing)}); heap ${number.format(heap)}, in use ${number.format(live)}, outside ${number.format(external)}; ${number.format(seconds)} s`

export const memory: Scenario = ({ accounts, seed }) =>
  Effect.gen(function* () {
    const few = accounts / 10
    const perAccount = (megabytes: number) => (megabytes * 2 ** 20) / (accounts - few)
    const small = yield* measured(few, "ample", seed)
    const large = yield* measured(accounts, "ample", seed)
    const smallTight = yield* measured(few, "little", seed)
    const largeTight = yield* measured(accounts, "little", seed)
    const inUse = perAccount(large.live - small.live)
    const resident = perAccount(large.peak - small.peak)
    const tight = perAccount(largeTight.peak - smallTight.peak)
    const figures: ReadonlyArray<Figure> = [
      plain(`${number.format(few)} accounts`, told(small)),
      plain(`${number.format(accounts)} accounts`, told(large)),
      plain(`${number.format(few)}, a heap of 64 MB`, told(smallTight)),
      plain(`${number.format(accounts)}, a heap of 64 MB`, told(largeTight)),
      bounded("more in use for each account more", `${number.format(inUse)} bytes`, ["under 20", inUse < 20]),
      bounded("more resident for each, a heap of 64 MB", `${number.format(tight)} bytes`, ["under 100", tight < 100]),
      bounded("more resident for each, with room", `${number.format(resident)} bytes`, ["under 600", resident < 600])
    ]
    return [["memory statusAudit", figures] as const]
  })
