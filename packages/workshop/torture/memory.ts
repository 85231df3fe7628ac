/**
 * An audit of ten times the accounts must not take more memory.
 *
 * With enough heap V8 postpones garbage collection: its young generation alone grows by 50 MB in the
 * first seconds, and resident memory then says more about V8 than about the audit. So each audit runs
 * twice. With an ample heap resident memory has one limit for any number of accounts; with a small one
 * it must not grow. The limits of growth are not per account: what grows in the first seconds, such as
 * compiled code, is the same for any number.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { bounded, type Figure, number, plain } from "./figures.js"
import { directory, simulator, worker } from "./processes.js"
import type { Memory } from "./protocol.js"
import { ended, type Scenario } from "./scenario.js"

const heaps = { ample: [], small: ["--max-old-space-size=64", "--max-semi-space-size=2"] } as const

interface Measured extends Memory {
  readonly seconds: number
}

const measured = (accounts: number, size: keyof typeof heaps, seed: number) =>
  Effect.gen(function* () {
    const start = yield* worker
    const served = yield* simulator({ accounts, seed })
    const store = `${yield* directory}/runs.sqlite`
    const began = yield* Clock.currentTimeMillis
    const work = { flow: "statusAudit" } as const
    const audit = yield* start(
      { ...served.address, work, store, runId: "memory", concurrency: 32, rate: "unlimited" },
      undefined,
      heaps[size]
    )
    const end = yield* audit.ended
    const seconds = ((yield* Clock.currentTimeMillis) - began) / 1000
    if (end.event !== "finished") return yield* ended(end)
    const taken: Measured = { ...end.memory, seconds }
    return taken
  }).pipe(Effect.scoped)

const summary = ({ external, heap, listing, live, peak, seconds }: Measured) =>
  `${number.format(peak)} MB resident at most (after the list: ${number.format(listing)}); heap ${number.format(heap)}, in use ${number.format(live)}, outside ${number.format(external)}; ${number.format(seconds)} s`

export const memory: Scenario = ({ accounts, seed }) =>
  Effect.gen(function* () {
    const few = accounts / 10
    const small = yield* measured(few, "ample", seed)
    const large = yield* measured(accounts, "ample", seed)
    const smallTight = yield* measured(few, "small", seed)
    const largeTight = yield* measured(accounts, "small", seed)
    const inUse = large.live - small.live
    const tight = largeTight.peak - smallTight.peak
    const figures: ReadonlyArray<Figure> = [
      plain(`${number.format(few)} accounts`, summary(small)),
      plain(`${number.format(accounts)} accounts`, summary(large)),
      plain(`${number.format(few)}, a heap of 64 MB`, summary(smallTight)),
      plain(`${number.format(accounts)}, a heap of 64 MB`, summary(largeTight)),
      bounded("in use, growth", `${number.format(inUse)} MB`, ["under 2 MB", inUse < 2]),
      bounded("resident, growth, a heap of 64 MB", `${number.format(tight)} MB`, ["under 9 MB", tight < 9]),
      bounded("resident", `${number.format(large.peak)} MB`, ["under 300 MB", large.peak < 300])
    ]
    return [["memory statusAudit", figures] as const]
  })
