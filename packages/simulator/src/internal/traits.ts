import type { SeededRandom } from "./seededRandom.js"

/** See `Population.Traits`. */
export interface Traits {
  /** The actual status. `unverified` is not documented by the provider. */
  readonly status: "active" | "inactive" | "unverified"
  /**
   * Where the list and the status endpoint, or the fields `status` and `active`, contradict each
   * other.
   */
  readonly inconsistency: "none" | "listedActive" | "listedInactive" | "liveContradictsItself" | "listContradictsItself"
  /**
   * `missing`: listed, but reads return 404. `failsOnce`, `failsTwice`: the first one or two reads
   * of its status return 500.
   */
  readonly availability: "available" | "missing" | "failsOnce" | "failsTwice"
  readonly updatedDaysAgo: number
  /**
   * The days until the token expires. Negative if it has expired, and `undefined` without an
   * external directory.
   */
  readonly tokenExpiresInDays: number | undefined
}

/**
 * A kind of account. `of100` of every hundred consecutive accounts are of this kind, so even small
 * populations contain every kind. As in a live system, most accounts are healthy.
 */
interface Kind {
  readonly of100: number
  readonly traits: (random: SeededRandom) => Traits
}

// The ages are all more than one day away from common thresholds (7, 14, 30, 60, 90, 180, 365), so
// that findings do not change during the day that starts at the epoch.
const fresh = (random: SeededRandom) => random.pick([() => random.between(0.25, 28), () => random.between(30.5, 88)])()
const dormant = (random: SeededRandom) => random.between(181, 360)
const ancient = (random: SeededRandom) => random.between(405, 900)
const expired = (random: SeededRandom) => -random.between(0.25, 300)
const expiring = (random: SeededRandom) => random.between(1.25, 6.75)
const valid = (random: SeededRandom) =>
  random.pick([
    () => random.between(15.25, 29.75),
    () => random.between(91.25, 179),
    () => random.between(366.25, 700)
  ])()
const noneOrValid = (random: SeededRandom) => (random.chance(50) ? valid(random) : undefined)

const ordinary = (random: SeededRandom): Traits => ({
  status: "active",
  inconsistency: "none",
  availability: "available",
  updatedDaysAgo: fresh(random),
  tokenExpiresInDays: noneOrValid(random)
})

const but =
  (change: (random: SeededRandom) => Partial<Traits>) =>
  (random: SeededRandom): Traits => ({ ...ordinary(random), ...change(random) })

const table: ReadonlyArray<Kind> = [
  { of100: 1, traits: but(() => ({ availability: "missing" })) },
  { of100: 1, traits: but(() => ({ availability: "failsOnce" })) },
  { of100: 1, traits: but(() => ({ availability: "failsTwice" })) },
  { of100: 1, traits: but(() => ({ status: "unverified" })) },
  { of100: 1, traits: but(() => ({ status: "inactive", inconsistency: "listedActive" })) },
  { of100: 1, traits: but(() => ({ inconsistency: "listedInactive" })) },
  { of100: 1, traits: but(() => ({ inconsistency: "liveContradictsItself" })) },
  { of100: 1, traits: but(() => ({ inconsistency: "listContradictsItself" })) },
  { of100: 4, traits: but(() => ({ status: "inactive" })) },
  { of100: 3, traits: but((random) => ({ status: "inactive", updatedDaysAgo: dormant(random) })) },
  {
    of100: 1,
    traits: but((random) => ({
      status: "inactive",
      updatedDaysAgo: ancient(random),
      tokenExpiresInDays: expired(random)
    }))
  },
  { of100: 5, traits: but((random) => ({ updatedDaysAgo: dormant(random) })) },
  { of100: 2, traits: but((random) => ({ updatedDaysAgo: ancient(random) })) },
  { of100: 2, traits: but((random) => ({ updatedDaysAgo: dormant(random), tokenExpiresInDays: expired(random) })) },
  { of100: 7, traits: but((random) => ({ tokenExpiresInDays: expired(random) })) },
  { of100: 6, traits: but((random) => ({ tokenExpiresInDays: expiring(random) })) },
  { of100: 62, traits: ordinary }
]

const slots = table.flatMap((kind) => Array.from({ length: kind.of100 }, () => kind))

// These numbers are coprime to 100, so stepping by one of them visits every slot once.
const steps = [7, 11, 13, 17, 19, 23, 27, 29, 31, 33, 37, 39, 41, 43, 47, 49]

/**
 * Returns the traits of an account. Its position within the hundred determines its kind; the rest
 * is random.
 */
export const make = (random: SeededRandom, options: { readonly seed: number; readonly index: number }): Traits => {
  const block = Math.floor(options.index / 100)
  const offset = Math.abs(options.seed + block * 5)
  const step = steps[offset % steps.length] ?? 7
  const slot = slots[(options.index * step + offset * 31 + 50) % 100]
  return slot === undefined ? ordinary(random) : slot.traits(random)
}
