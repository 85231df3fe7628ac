/**
 * Subjects for which the credentials were refused. They are held back until an answer shows that the credentials are good:
 * then the refusals were about these subjects. Many in a row put the credentials in doubt.
 */

/** As many refusals, with no other answer in the whole run, are not "a few accounts". */
const manyDenied = 5

const defaultLimit = 20

interface Denied<T> {
  readonly settled: T
  readonly atMillis: number
}

export interface Denials<T> {
  readonly areCredentialsInDoubt: () => boolean
  readonly hold: (settled: T, nowMillis: number) => void
  /** An answer that bad credentials do not get: returns the subjects that were denied before its request was sent. */
  readonly release: (sentMillis: number) => ReadonlyArray<T>
  /** Whether the run had next to no other answers: then the credentials are bad. */
  readonly isAllThereIs: () => boolean
}

export const make = <T>(limit: number = defaultLimit): Denials<T> => {
  let held: ReadonlyArray<Denied<T>> = []
  let hasOtherAnswers = false

  return {
    areCredentialsInDoubt: () => held.length >= limit,
    hold: (settled, atMillis) => {
      held = [...held, { settled, atMillis }]
    },
    release: (sentMillis) => {
      hasOtherAnswers = true
      if (held.length === 0) return []
      const released = held.filter(({ atMillis }) => atMillis <= sentMillis)
      held = held.filter(({ atMillis }) => atMillis > sentMillis)
      return released.map(({ settled }) => settled)
    },
    isAllThereIs: () => !hasOtherAnswers && held.length >= Math.min(manyDenied, limit)
  }
}
