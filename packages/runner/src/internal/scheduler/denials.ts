/**
 * Subjects for which the credentials were refused. They are held back until an answer to a later
 * request shows that the credentials are good: then the refusals were about these subjects. Too
 * many in a row mean that the credentials are bad.
 */

/**
 * After as many in a row, the next subjects come from the other end of the page: the accounts that
 * the credentials are not for are often adjacent.
 */
const manyAdjacent = 10

/** As many refusals, with no other answer in the whole run, are not "a few accounts". */
const manyDenied = 5

const defaultLimit = 20

interface Denied<T> {
  readonly settled: T
  readonly atMillis: number
}

export interface Denials<T> {
  readonly mayBeAdjacent: () => boolean
  readonly hold: (settled: T, nowMillis: number) => void
  /**
   * An answer that bad credentials do not get: returns the subjects that were denied before its
   * request was sent.
   */
  readonly release: (sentMillis: number) => ReadonlyArray<T>
  readonly isLimitReached: () => boolean
  /** Whether the run had next to no other answers: then the credentials are bad. */
  readonly isAllThereIs: () => boolean
}

export const make = <T>(limit: number = defaultLimit): Denials<T> => {
  let held: Array<Denied<T>> = []
  let hasOtherAnswers = false

  return {
    mayBeAdjacent: () => held.length >= manyAdjacent,
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
    isAllThereIs: () => !hasOtherAnswers && held.length >= Math.min(manyDenied, limit)
  }
}
