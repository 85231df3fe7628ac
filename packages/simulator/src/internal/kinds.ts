import type { Traits } from "../Population.js"
import type { Draw } from "./draw.js"

/**
 * How an account stands out. Of every hundred accounts in a row each kind has
 * as many as the table says, so that even small populations show all of them
 * and large ones have the mix of a live system: mostly fine.
 */
interface Kind {
  readonly of100: number
  readonly traits: (draw: Draw) => Traits
}

// Days, clear of what people choose as thresholds (7, 14, 30, 60, 90, 180, 365)
// by more than the day that passes between the epoch and the next.
const fresh = (draw: Draw) => draw.pick([() => draw.between(0.25, 28), () => draw.between(30.5, 88)])()
const dormant = (draw: Draw) => draw.between(181, 360)
const ancient = (draw: Draw) => draw.between(405, 900)
const expired = (draw: Draw) => -draw.between(0.25, 300)
const expiring = (draw: Draw) => draw.between(1.25, 6.75)
const valid = (draw: Draw) =>
  draw.pick([() => draw.between(15.25, 29.75), () => draw.between(91.25, 179), () => draw.between(366.25, 700)])()
const noneOrValid = (draw: Draw) => (draw.happens(50) ? valid(draw) : undefined)

const ordinary = (draw: Draw): Traits => ({
  standing: "active",
  disagreement: "none",
  liveAnswer: "there",
  updatedDaysAgo: fresh(draw),
  tokenExpiresInDays: noneOrValid(draw)
})

const but =
  (change: (draw: Draw) => Partial<Traits>) =>
  (draw: Draw): Traits => ({ ...ordinary(draw), ...change(draw) })

const table: ReadonlyArray<Kind> = [
  { of100: 1, traits: but(() => ({ liveAnswer: "gone" })) },
  { of100: 1, traits: but(() => ({ liveAnswer: "failsOnce" })) },
  { of100: 1, traits: but(() => ({ liveAnswer: "failsTwice" })) },
  { of100: 1, traits: but(() => ({ standing: "unverified" })) },
  { of100: 1, traits: but(() => ({ standing: "inactive", disagreement: "listedActive" })) },
  { of100: 1, traits: but(() => ({ disagreement: "listedInactive" })) },
  { of100: 1, traits: but(() => ({ disagreement: "liveContradictsItself" })) },
  { of100: 1, traits: but(() => ({ disagreement: "listContradictsItself" })) },
  { of100: 4, traits: but(() => ({ standing: "inactive" })) },
  { of100: 3, traits: but((draw) => ({ standing: "inactive", updatedDaysAgo: dormant(draw) })) },
  {
    of100: 1,
    traits: but((draw) => ({
      standing: "inactive",
      updatedDaysAgo: ancient(draw),
      tokenExpiresInDays: expired(draw)
    }))
  },
  { of100: 5, traits: but((draw) => ({ updatedDaysAgo: dormant(draw) })) },
  { of100: 2, traits: but((draw) => ({ updatedDaysAgo: ancient(draw) })) },
  { of100: 2, traits: but((draw) => ({ updatedDaysAgo: dormant(draw), tokenExpiresInDays: expired(draw) })) },
  { of100: 7, traits: but((draw) => ({ tokenExpiresInDays: expired(draw) })) },
  { of100: 6, traits: but((draw) => ({ tokenExpiresInDays: expiring(draw) })) },
  { of100: 62, traits: ordinary }
]

const slots = table.flatMap((kind) => Array.from({ length: kind.of100 }, () => kind))

// Coprime to 100: stepping by one of these visits every slot once.
const steps = [7, 11, 13, 17, 19, 23, 27, 29, 31, 33, 37, 39, 41, 43, 47, 49]

/** The traits of an account: its kind by its place in the hundred, the rest drawn. */
export const traits = (draw: Draw, options: { readonly seed: number; readonly index: number }): Traits => {
  const block = Math.floor(options.index / 100)
  const turn = Math.abs(options.seed + block * 5)
  const step = steps[turn % steps.length] ?? 7
  const slot = slots[(options.index * step + turn * 31 + 50) % 100]
  return slot === undefined ? ordinary(draw) : slot.traits(draw)
}
