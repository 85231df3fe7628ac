import { PCGRandom } from "effect/Utils"

/** A seeded random number generator. */
export interface SeededRandom {
  /** Returns a random integer from 0 to `limit` - 1. */
  readonly below: (limit: number) => number
  /** Returns a random number from `low` (inclusive) to `high` (exclusive). */
  readonly between: (low: number, high: number) => number
  readonly pick: <A>(choices: readonly [A, ...Array<A>]) => A
  /** Returns true with a probability of `percent` %. */
  readonly chance: (percent: number) => boolean
  readonly hex: (digits: number) => string
}

// Multiplication by an odd constant and xor-shift are bijections on 32-bit integers. Their
// composition is therefore invertible: an id encodes its index without showing it.
const first = 0x9e3779b1
const second = 0x85ebca6b

const inverseOf = (odd: number): number => {
  let inverse = odd
  // Newton's method doubles the number of correct bits in each round: 3, 6, 12, 24, 48.
  for (let round = 0; round < 4; round++) {
    inverse = Math.imul(inverse, 2 - Math.imul(odd, inverse))
  }
  return inverse
}
const firstInverse = inverseOf(first)
const secondInverse = inverseOf(second)

const unshift = (x: number) => x ^ (x >>> 15) ^ (x >>> 30)

/**
 * Maps a 32-bit integer to another one. Each seed gives a different permutation of the integers.
 */
export const permute = (index: number, seed: number): number => {
  const once = Math.imul(index ^ Math.imul(seed, second), first)
  const twice = Math.imul(once ^ (once >>> 15), second)
  return (twice ^ (twice >>> 15)) >>> 0
}

/** Undoes {@link permute}. */
export const invertPermutation = (permuted: number, seed: number): number => {
  const twice = Math.imul(unshift(permuted), secondInverse)
  const once = Math.imul(unshift(twice), firstInverse)
  return (once ^ Math.imul(seed, second)) >>> 0
}

/** Each purpose has its own sequence, so a change to one does not affect the others. */
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
 * Makes the generator for one subject. Its sequence depends only on the arguments, so account 7 is
 * the same in a population of 10 and of 10,000.
 */
export const make = (seed: number, purpose: Purpose, index: number): SeededRandom => {
  // PCG ignores the low bit of the increment, so the purpose is doubled.
  const random = new PCGRandom(permute(index, purposes[purpose]), seed, index, purposes[purpose] * 2)
  const below = (limit: number) => Math.floor(random.number() * limit)
  return {
    below,
    between: (low, high) => low + random.number() * (high - low),
    pick: (choices) => choices[below(choices.length)] ?? choices[0],
    chance: (percent) => random.number() * 100 < percent,
    hex: (digits) => {
      let text = ""
      while (text.length < digits) {
        text += below(0x100000000).toString(16).padStart(8, "0")
      }
      return text.slice(0, digits)
    }
  }
}

/** Makes a version 4 UUID. Its first eight digits are `head` or random. */
export const uuid = (random: SeededRandom, head: string = random.hex(8)): string => {
  const tail = random.hex(24)
  const variant = "89ab"[random.below(4)] ?? "8"
  return `${head}-${tail.slice(0, 4)}-4${tail.slice(5, 8)}-${variant}${tail.slice(9, 12)}-${tail.slice(12)}`
}
