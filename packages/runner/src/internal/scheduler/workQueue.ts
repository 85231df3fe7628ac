/** The subjects of a run that have no result: read from the store a page at a time, or waiting to be tried again. */
import * as Effect from "effect/Effect"
import type { RunId } from "../../Run.js"
import type { PendingSubject, RunStore } from "../../RunStore.js"
import type { RunStoreError } from "../../RunStoreError.js"

const pageSize = 1000

/** What is remembered of a subject from try to try. */
export interface Item extends PendingSubject {
  /** How much its failures speak against it, see `Outage.blame`. */
  blame: number
  /** It failed again after others had succeeded: its failures say nothing of the provider. */
  standing: "untried" | "failed" | "suspect"
  /** How many answers the run had when it failed last. */
  answersThen: number
  dueMillis: number
}

export interface WorkQueue {
  readonly isEmpty: () => boolean
  /** Whether there may be subjects nobody has tried. */
  readonly hasUntried: () => boolean
  readonly wantsPage: () => boolean
  readonly load: Effect.Effect<void, RunStoreError>
  readonly untried: (from: "front" | "back") => Item | undefined
  /** The one to be tried again first, if its time has come. */
  readonly due: (nowMillis: number) => Item | undefined
  readonly earliestDue: () => number
  readonly again: (item: Item, dueMillis: number) => void
}

/** Where subjects come from: the store, or something like it. `file` is for messages. */
export type Source = Pick<RunStore["Type"], "pending" | "file">

export const item = ({ position, subject }: PendingSubject): Item => ({
  position,
  subject,
  blame: 0,
  standing: "untried",
  answersThen: 0,
  dueMillis: 0
})

export const make = (store: Source, runId: RunId, total: number): WorkQueue => {
  let page: Array<Item> = []
  let next = 0
  let cursor = 0
  // Sorted, the earliest last. There are never many: those in flight when things went wrong, and a probe now and then.
  const failed: Array<Item> = []

  const load: Effect.Effect<void, RunStoreError> = Effect.suspend(() =>
    Effect.flatMap(store.pending(runId, cursor, cursor + pageSize), (pending) => {
      cursor += pageSize
      next = 0
      page = pending.map(item)
      // Of a run that goes on, whole pages are done.
      return page.length === 0 && cursor < total ? load : Effect.void
    })
  )

  return {
    isEmpty: () => failed.length === 0 && next >= page.length && cursor >= total,
    hasUntried: () => next < page.length || cursor < total,
    wantsPage: () => next >= page.length && cursor < total,
    load,
    untried: (from) => (next >= page.length ? undefined : from === "front" ? page[next++] : page.pop()),
    due: (nowMillis) =>
      (failed.at(-1)?.dueMillis ?? Number.POSITIVE_INFINITY) <= nowMillis ? failed.pop() : undefined,
    earliestDue: () => failed.at(-1)?.dueMillis ?? Number.POSITIVE_INFINITY,
    again: (item, dueMillis) => {
      item.dueMillis = dueMillis
      let at = failed.length
      while (at > 0 && (failed[at - 1]?.dueMillis ?? 0) < dueMillis) at--
      failed.splice(at, 0, item)
    }
  }
}
