/** Runs in the memory of this process: what an SQLite store does, without writing anything down. */
import * as Chunk from "effect/Chunk"
import type * as Context from "effect/Context"
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"
import { Run, type RunId, RunNotFound, rollbackRunId } from "../../Run.js"
import type { NewRun, PendingSubject, Result, RunStore, StoredRow } from "../../RunStore.js"
import { toWellFormed } from "./toWellFormed.js"

const pageSize = 1000

interface Kept {
  readonly run: NewRun
  finishedAt: DateTime.Utc | undefined
  total: number | undefined
  subjects: Array<unknown>
  /** By position. */
  readonly results: Array<Result | undefined>
  recorded: number
  /** By subject. */
  readonly notes: Map<string, Array<string>>
}

const seen = ({ finishedAt, recorded, run, total }: Kept): Run =>
  new Run({
    ...run,
    ...(finishedAt === undefined ? {} : { finishedAt }),
    ...(total === undefined ? {} : { total }),
    recorded
  })

const at = (value: unknown, path: ReadonlyArray<string>): unknown =>
  path.reduce<unknown>((inside, key) => (Predicate.isRecord(inside) ? inside[key] : undefined), value) ?? null

const rowAt = ({ results, subjects }: Kept, position: number): StoredRow => {
  const subject = subjects[position]
  const result = results[position]
  return result === undefined
    ? { position, subject, outcome: "unprocessed" }
    : { position, subject, outcome: result.outcome, result: result.result }
}

export const make = (file: string): Context.Tag.Service<RunStore> => {
  const runs = new Map<RunId, Kept>()
  const find = (runId: RunId): Effect.Effect<Kept, RunNotFound> =>
    Effect.suspend(() => {
      const kept = runs.get(runId)
      return kept === undefined ? Effect.fail(new RunNotFound({ runId })) : Effect.succeed(kept)
    })
  // For those that write, who opened the run themselves.
  const existing = (runId: RunId) => Effect.catchTag(find(runId), "RunNotFound", Effect.die)

  const subjectsOf = (runId: RunId): Pick<Kept, "results" | "subjects"> =>
    runs.get(runId) ?? { results: [], subjects: [] }

  return {
    file,

    // What comes out is what was put in.
    keeping: <A>() => ({ encode: (value: A) => value, decode: (kept: unknown) => Either.right(kept as A) }),

    open: (run) =>
      Effect.sync(() => {
        const known = runs.get(run.runId)
        if (known !== undefined) return seen(known)
        const kept: Kept = {
          run,
          finishedAt: undefined,
          total: undefined,
          subjects: [],
          results: [],
          recorded: 0,
          notes: new Map()
        }
        runs.set(run.runId, kept)
        return seen(kept)
      }),

    get: (runId) => Effect.map(find(runId), seen),

    list: Effect.sync(() => Array.from(runs.values(), seen)),

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
        kept.subjects = []
        return Effect.map(
          Stream.runForEachChunk(subjects, (listed) =>
            Effect.sync(() => {
              for (const subject of listed) kept.subjects.push(subject)
            })
          ),
          () => {
            kept.total = kept.subjects.length
            return kept.total
          }
        )
      }),

    pending: (runId, from, to) =>
      Effect.sync(() => {
        const { results, subjects } = subjectsOf(runId)
        const pending: Array<PendingSubject> = []
        const end = Math.min(to, subjects.length)
        for (let position = from; position < end; position++) {
          if (results[position] === undefined) pending.push({ position, subject: subjects[position] })
        }
        return pending
      }),

    record: (runId, results) =>
      Effect.map(results.length === 0 ? Effect.succeed(undefined) : existing(runId), (kept) => {
        if (kept === undefined) return
        for (const result of results) {
          if (kept.results[result.position] !== undefined) continue
          kept.results[result.position] = result
          kept.recorded++
        }
      }),

    count: (runId, fields) =>
      Effect.sync(() => {
        const { results } = subjectsOf(runId)
        const counts = new Map<string, { readonly values: ReadonlyArray<unknown>; count: number }>()
        for (const result of results) {
          if (result === undefined) continue
          const values = fields.map((field) => at(result.result, field))
          const key = JSON.stringify(values)
          const counted = counts.get(key)
          if (counted === undefined) counts.set(key, { values, count: 1 })
          else counted.count++
        }
        return [...counts.values()]
      }),

    finish: (runId, finishedAt) =>
      Effect.map(existing(runId), (kept) => {
        kept.finishedAt ??= finishedAt
      }),

    rows: (runId) =>
      Stream.unwrap(
        Effect.map(find(runId), (kept) =>
          Stream.paginateChunk(0, (from) => {
            const end = Math.min(from + pageSize, kept.subjects.length)
            const page = Array.from({ length: Math.max(0, end - from) }, (_, offset) => rowAt(kept, from + offset))
            return [Chunk.unsafeFromArray(page), end < kept.subjects.length ? Option.some(end) : Option.none()]
          })
        )
      )
  }
}
