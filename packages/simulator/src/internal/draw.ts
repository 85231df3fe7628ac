import { PCGRandom } from "effect/Utils"

/** A seeded source of the small decisions that make up a population. */
export interface Draw {
  /** A whole number from 0 to below `limit`. */
  readonly below: (limit: number) => number
  /** A number from `low` to below `high`. */
  readonly between: (low: number, high: number) => number
  readonly pick: <A>(choices: readonly [A, ...Array<A>]) => A
  /** True for about `percent` of 100 draws. */
  readonly happens: (percent: number) => boolean
  readonly hex: (digits: number) => string
}

// Multiplications by odd constants and xor-shifts are bijections on 32 bits, so
// this can be undone: an id can carry its index without showing it.
const first = 0x9e3779b1
const second = 0x85ebca6b

const inverseOf = (odd: number): number => {
  let inverse = odd
  // Newton's method doubles the number of right bits each time: 3, 6, 12, 24, 48.
  for (let round = 0; round < 4; round++) {
    inverse = Math.imul(inverse, 2 - Math.imul(odd, inverse))
  }
  return inverse
}
const firstInverse = inverseOf(first)
const secondInverse = inverseOf(second)

const unshift = (x: number) => x ^ (x >>> 15) ^ (x >>> 30)

/** Scatters an index over all 32-bit numbers; {@link gather} brings it back. */
export const scatter = (index: number, seed: number): number => {
  const once = Math.imul(index ^ Math.imul(seed, second), first)
  const twice = Math.imul(once ^ (once >>> 15), second)
  return (twice ^ (twice >>> 15)) >>> 0
}

export const gather = (scattered: number, seed: number): number => {
  const twice = Math.imul(unshift(scattered), secondInverse)
  const once = Math.imul(unshift(twice), firstInverse)
  return (once ^ Math.imul(seed, second)) >>> 0
}

/** What the draws are for: each purpose has a sequence of its own. */
export type Purpose = "credentials" | "member" | "newcomer" | "password" | "added" | "directory" | "faults"

const purposes: Record<Purpose, number> = {
  credentials: 1,
  member: 2,
  newcomer: 3,
  password: 4,
  added: 5,
  directory: 6,
  faults: 7
}

/**
 * The draws for one subject. They depend on nothing but the arguments, so that
 * account 7 is the same in a population of 10 and of 10,000.
 */
export const make = (seed: number, purpose: Purpose, index: number): Draw => {
  // The low bit of the increment is ignored by PCG, hence the purpose is doubled.
  const random = new PCGRandom(scatter(index, purposes[purpose]), seed, index, purposes[purpose] * 2)
  const below = (limit: number) => Math.floor(random.number() * limit)
  return {
    below,
    between: (low, high) => low + random.number() * (high - low),
    pick: (choices) => choices[below(choices.length)] ?? choices[0],
    happens: (percent) => random.number() * 100 < percent,
    hex: (digits) => {
      let text = ""
      while (text.length < digits) {
        text += below(0x100000000).toString(16).padStart(8, "0")
      }
      return text.slice(0, digits)
    }
  }
}

/** A UUID of version 4 whose first eight digits are given or drawn. */
export const uuid = (draw: Draw, head: string = draw.hex(8)): string => {
  const tail = draw.hex(24)
  const variant = "89ab"[draw.below(4)] ?? "8"
  return `${head}-${tail.slice(0, 4)}-4${tail.slice(5, 8)}-${variant}${tail.slice(9, 12)}-${tail.slice(12)}`
}
