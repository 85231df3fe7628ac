/** Keeps runs in memory. Behaves like the SQLite store. */
import * as Chunk from "effect/Chunk"
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"
import { Run, type RunId, RunNotFound, rollbackRunId } from "../../Run.js"
import * as MemoryPage from "./memoryPage.js"
import { type NewRun, pageSize, type RunStoreService, toWellFormed } from "./runStore.js"

interface MemoryRun {
  readonly run: NewRun
  finishedAt: DateTime.Utc | undefined
  total: number | undefined
  pages: ReadonlyArray<MemoryPage.MemoryPage>
  recorded: number
  /** By subject. */
  readonly notes: Map<string, Array<string>>
}

const toRun = ({ finishedAt, recorded, run, total }: MemoryRun): Run =>
  new Run({
    ...run,
    ...(finishedAt === undefined ? {} : { finishedAt }),
    ...(total === undefined ? {} : { total }),
    recorded
  })

const at = (value: unknown, path: ReadonlyArray<string>): unknown =>
  path.reduce<unknown>((inside, key) => (Predicate.isRecord(inside) ? inside[key] : undefined), value) ?? null

const pageOf = (position: number) => Math.floor(position / pageSize)

export const make = (file: string): RunStoreService => {
  const runs = new Map<RunId, MemoryRun>()
  const find = (runId: RunId): Effect.Effect<MemoryRun, RunNotFound> =>
    Effect.suspend(() => {
      const kept = runs.get(runId)
      return kept === undefined ? Effect.fail(new RunNotFound({ runId })) : Effect.succeed(kept)
    })
  // Returns the run, for methods that write. Dies if it does not exist, because the caller must
  // have opened it.
  const existing = (runId: RunId) => Effect.catchTag(find(runId), "RunNotFound", Effect.die)

  const pagesOf = (runId: RunId) => runs.get(runId)?.pages ?? []

  return {
    file,

    open: (run) =>
      Effect.sync(() => {
        const stored = runs.get(run.runId)
        if (stored !== undefined) return toRun(stored)
        const kept: MemoryRun = {
          run,
          finishedAt: undefined,
          total: undefined,
          pages: [],
          recorded: 0,
          notes: new Map()
        }
        runs.set(run.runId, kept)
        return toRun(kept)
      }),

    get: (runId) => Effect.map(find(runId), toRun),

    list: Effect.sync(() => Array.from(runs.values(), toRun)),

    forget: (runId) =>
      Effect.map(find(runId), () => {
        runs.delete(runId)
        runs.delete(rollbackRunId(runId))
      }),

    note: (runId, subject, note) =>
      Effect.map(existing(runId), ({ notes }) => {
        const key = toWellFormed(subject)
        notes.set(key, [...(notes.get(key) ?? []), toWellFormed(note)])
      }),

    notes: (runId, subject) => Effect.sync(() => runs.get(runId)?.notes.get(toWellFormed(subject)) ?? []),

    putSubjects: (runId, subjects) =>
      Effect.flatMap(existing(runId), (kept) => {
        if (kept.total !== undefined) return Effect.succeed(kept.total)
        const pages: Array<MemoryPage.MemoryPage> = []
        let total = 0
        return Effect.map(
          Stream.runForEach(Stream.grouped(subjects, pageSize), (page) =>
            Effect.sync(() => {
              pages.push(MemoryPage.make(Chunk.toReadonlyArray(page), total))
              total += page.length
            })
          ),
          () => {
            kept.pages = pages
            kept.total = total
            return total
          }
        )
      }),

    pending: (runId, from, to) =>
      Effect.sync(() =>
        pagesOf(runId)
          .slice(pageOf(from), pageOf(to - 1) + 1)
          .flatMap((page) => page.pending())
          .filter(({ position }) => position >= from && position < to)
      ),

    record: (runId, results) =>
      Effect.map(results.length === 0 ? Effect.succeed(undefined) : existing(runId), (kept) => {
        if (kept === undefined) return
        for (const result of results) {
          if (kept.pages[pageOf(result.position)]?.record(result) === true) kept.recorded++
        }
      }),

    count: (runId, fields) =>
      Effect.sync(() => {
        const counts = new Map<string, { readonly values: ReadonlyArray<unknown>; count: number }>()
        for (const page of pagesOf(runId)) {
          for (const result of page.results()) {
            const values = fields.map((field) => at(result, field))
            const key = JSON.stringify(values)
            const counted = counts.get(key)
            if (counted === undefined) counts.set(key, { values, count: 1 })
            else counted.count++
          }
        }
        return [...counts.values()]
      }),

    finish: (runId, finishedAt) =>
      Effect.map(existing(runId), (kept) => {
        kept.finishedAt ??= finishedAt
      }),

    rows: (runId) =>
      Stream.unwrap(
        Effect.map(find(runId), ({ pages }) =>
          Stream.paginateChunk(0, (page) => [
            Chunk.unsafeFromArray(pages[page]?.rows() ?? []),
            page + 1 < pages.length ? Option.some(page + 1) : Option.none()
          ])
        )
      )
  }
}
