/**
 * Stores subjects and results in pages, because a table row for each would cost more than
 * everything else. The results of a page are spread over several rows, one per batch that was
 * recorded.
 */

import type { SqlClient } from "@effect/sql/SqlClient"
import * as Codec from "@effect-glowmarkt/core/Codec"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { FinalOutcome } from "../../Outcome.js"
import type { RunId } from "../../Run.js"
import type { RunStoreError } from "../../RunStoreError.js"
import { type PendingSubject, pageSize, type Result, type StoredRow } from "./runStore.js"
import * as sqlite from "./sqlite.js"

const Subjects = Schema.Struct({ page: Schema.Int, subjects: Schema.parseJson(Schema.Array(Schema.Unknown)) })

/** Position, outcome, result. */
const Recorded = Schema.Tuple(Schema.Int, FinalOutcome, Schema.Unknown)

type Recorded = typeof Recorded.Type

const decodeSubjects = Codec.decoder(Schema.Array(Subjects))
const decodeResults = Codec.decoder(Schema.Array(Schema.Struct({ results: Schema.parseJson(Schema.Array(Recorded)) })))

const pageOf = (position: number) => Math.floor(position / pageSize)

/** Turns failed statements and unreadable rows into errors. */
interface Failures {
  readonly refused: (error: unknown) => RunStoreError
  readonly unreadable: (cause: unknown) => RunStoreError
}

export const make = (sql: SqlClient, { refused, unreadable }: Failures) => {
  const numberOf = (runId: RunId) => sql`(SELECT number FROM glowmarkt_runs WHERE run_id = ${runId})`

  const read = <A, E>(rows: Effect.Effect<unknown, E>, decode: (rows: unknown) => Effect.Effect<A, unknown>) =>
    Effect.flatMap(Effect.mapError(rows, refused), (rows) => Effect.mapError(decode(rows), unreadable))

  const subjectsOf = (runId: RunId, first: number, last: number) =>
    read(
      sql`
        SELECT page, subjects FROM glowmarkt_subjects
        WHERE run = ${numberOf(runId)} AND page BETWEEN ${first} AND ${last} ORDER BY page
      `,
      decodeSubjects
    )

  /**
   * Reads the results of a page by position. If a subject was recorded twice, the first result
   * counts.
   */
  const resultsOf = (runId: RunId, page: number): Effect.Effect<ReadonlyMap<number, Recorded>, RunStoreError> =>
    Effect.map(
      read(
        sql`SELECT results FROM glowmarkt_results WHERE run = ${numberOf(runId)} AND page = ${page} ORDER BY batch`,
        decodeResults
      ),
      (rows) => {
        const found = new Map<number, Recorded>()
        for (const { results } of rows) {
          for (const result of results) if (!found.has(result[0])) found.set(result[0], result)
        }
        return found
      }
    )

  // The positions that have a result, for pages that are not complete. A complete page is dropped,
  // so that memory does not grow with the run.
  const open = new Map<string, Set<number>>()

  const keyOf = (runId: RunId, page: number) => `${runId} ${page}`

  const recordedIn = (runId: RunId, page: number): Effect.Effect<Set<number>, RunStoreError> => {
    const known = open.get(keyOf(runId, page))
    if (known !== undefined) return Effect.succeed(known)
    return Effect.map(resultsOf(runId, page), (results) => {
      const positions = new Set(results.keys())
      if (positions.size < pageSize) open.set(keyOf(runId, page), positions)
      return positions
    })
  }

  const insertion = (runId: RunId, page: number, results: ReadonlyArray<Recorded>) =>
    sql`
      INSERT INTO glowmarkt_results (run, page, count, results)
      VALUES (${numberOf(runId)}, ${page}, ${results.length}, ${JSON.stringify(results)})
    `

  return {
    /** Stores a full page, or the incomplete last one. */
    putSubjects: (runId: RunId, from: number, subjects: ReadonlyArray<unknown>): Effect.Effect<void, RunStoreError> =>
      sql`
        INSERT INTO glowmarkt_subjects (run, page, subjects)
        VALUES (${numberOf(runId)}, ${pageOf(from)}, ${JSON.stringify(subjects)})
      `.pipe(Effect.mapError(refused), Effect.asVoid),

    pending: Effect.fnUntraced(function* (runId: RunId, from: number, to: number) {
      const pending: Array<PendingSubject> = []
      for (const { page, subjects } of yield* subjectsOf(runId, pageOf(from), pageOf(to - 1))) {
        const recorded = yield* recordedIn(runId, page)
        for (const [index, subject] of subjects.entries()) {
          const position = page * pageSize + index
          if (position >= from && position < to && !recorded.has(position)) pending.push({ position, subject })
        }
      }
      return pending
    }),

    record: Effect.fnUntraced(function* (runId: RunId, results: ReadonlyArray<Result>) {
      const fresh = new Map<number, Map<number, Recorded>>()
      for (const { outcome, position, result } of results) {
        const page = pageOf(position)
        const ofPage = fresh.get(page) ?? new Map<number, Recorded>()
        fresh.set(page, ofPage)
        if (!ofPage.has(position) && !(yield* recordedIn(runId, page)).has(position)) {
          ofPage.set(position, [position, outcome, result])
        }
      }
      const insertions = [...fresh]
        .filter(([, ofPage]) => ofPage.size > 0)
        .map(([page, ofPage]) => insertion(runId, page, [...ofPage.values()]))
      const [first, second] = insertions
      if (first === undefined) return
      // A single statement needs no transaction around it.
      const all = second === undefined ? first : sqlite.transaction(sql)(Effect.all(insertions, { discard: true }))
      const remember = Effect.forEach(
        fresh,
        ([page, ofPage]) =>
          Effect.map(recordedIn(runId, page), (recorded) => {
            for (const position of ofPage.keys()) recorded.add(position)
            if (recorded.size >= pageSize) open.delete(keyOf(runId, page))
          }),
        { discard: true }
      )
      // Uninterruptible: a result in the table but not in memory would be inserted again.
      yield* Effect.uninterruptible(Effect.zipRight(Effect.mapError(all, refused), remember))
    }),

    /** Reads the rows of a page in order. */
    rows: Effect.fnUntraced(function* (runId: RunId, page: number) {
      const [found] = yield* subjectsOf(runId, page, page)
      const results = yield* resultsOf(runId, page)
      return (found?.subjects ?? []).map((subject, index): StoredRow => {
        const position = page * pageSize + index
        const result = results.get(position)
        return result === undefined
          ? { position, subject, outcome: "unprocessed" }
          : { position, subject, outcome: result[1], result: result[2] }
      })
    }),

    /** Drops the cached state of a deleted run, because its id may be used again. */
    drop: (runId: RunId): void => {
      for (const key of open.keys()) if (key.startsWith(`${runId} `)) open.delete(key)
    }
  }
}
