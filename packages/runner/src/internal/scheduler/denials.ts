/**
 * Holds back the subjects for which the credentials were refused. If a later request succeeds, the
 * credentials are valid and only these subjects are denied. But too many refusals in a row mean
 * that the credentials are invalid.
 */
import { defaultDeniedLimit } from "../../Limits.js"
import type { End } from "./workQueue.js"

/**
 * If every response of a run was a refusal, this many of them mean that the credentials are
 * invalid.
 */
const manyDenied = 5

interface Denied<T> {
  readonly settled: T
  readonly atMillis: number
}

export interface Denials<T> {
  /**
   * Returns the end of the page from which to take the next subject. While subjects are held back,
   * both ends take turns: accounts that the credentials do not cover are often adjacent.
   */
  readonly nextFrom: () => End
  readonly hold: (settled: T, nowMillis: number) => void
  /**
   * Handles a response that shows that the credentials are valid: returns the subjects that were
   * denied before its request was sent.
   */
  readonly release: (sentMillis: number) => ReadonlyArray<T>
  readonly isLimitReached: () => boolean
  /**
   * Returns whether every response of the run was a refusal and there were enough of them to
   * conclude that the credentials are invalid.
   */
  readonly areAllResponsesDenials: () => boolean
}

export const make = <T>(limit: number = defaultDeniedLimit): Denials<T> => {
  let held: Array<Denied<T>> = []
  let hasOtherAnswers = false

  return {
    nextFrom: () => (held.length % 2 === 0 ? "front" : "back"),
    hold: (settled, atMillis) => {
      held.push({ settled, atMillis })
    },
    release: (sentMillis) => {
      hasOtherAnswers = true
      if (held.length === 0) return []
      const released = held.filter(({ atMillis }) => atMillis <= sentMillis)
      held = held.filter(({ atMillis }) => atMillis > sentMillis)
      return released.map(({ settled }) => settled)
    },
    isLimitReached: () => held.length >= limit,
    areAllResponsesDenials: () => !hasOtherAnswers && held.length >= Math.min(manyDenied, limit)
  }
}
