/**
 * The subjects and results of a page of a run in memory, as JSON text outside the heap: a million
 * decoded accounts take twice as much, and each garbage collection goes through them.
 */
import type { PendingSubject, Result, StoredRow } from "./runStore.js"

type Recorded = readonly [outcome: Result["outcome"], result: unknown]

export interface MemoryPage {
  /** Adds a result, unless the position already has one. Returns whether it was added. */
  readonly record: (result: Result) => boolean
  readonly pending: () => ReadonlyArray<PendingSubject>
  readonly results: () => ReadonlyArray<unknown>
  readonly rows: () => ReadonlyArray<StoredRow>
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

const pack = (values: ReadonlyArray<unknown>): Uint8Array => encoder.encode(JSON.stringify(values))

const unpack = <A>(packed: Uint8Array): ReadonlyArray<A> => JSON.parse(decoder.decode(packed))

export const make = (subjects: ReadonlyArray<unknown>, first: number): MemoryPage => {
  const packedSubjects = pack(subjects)
  const count = subjects.length
  let recorded = 0
  let open: Array<Recorded | undefined> = []
  let packedResults: Uint8Array | undefined

  const all = (): ReadonlyArray<Recorded | undefined> =>
    packedResults === undefined ? open : unpack<Recorded>(packedResults)

  const rows = (): ReadonlyArray<StoredRow> => {
    const results = all()
    return unpack<unknown>(packedSubjects).map((subject, offset): StoredRow => {
      const position = first + offset
      const found = results[offset]
      return found === undefined
        ? { position, subject, outcome: "unprocessed" }
        : { position, subject, outcome: found[0], result: found[1] }
    })
  }

  return {
    record: ({ outcome, position, result }) => {
      const offset = position - first
      if (packedResults !== undefined || open[offset] !== undefined) return false
      open[offset] = [outcome, result]
      recorded++
      if (recorded === count) {
        packedResults = pack(open)
        open = []
      }
      return true
    },
    pending: () =>
      recorded === count
        ? []
        : rows().flatMap(({ outcome, position, subject }) =>
            outcome === "unprocessed" ? [{ position, subject }] : []
          ),
    results: () => all().flatMap((found) => (found === undefined ? [] : [found[1]])),
    rows
  }
}
