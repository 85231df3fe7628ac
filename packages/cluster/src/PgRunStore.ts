/**
 * Stores runs in PostgreSQL, where several processes can work on the same run.
 *
 * @since 0.1.0
 */

import { randomUUID } from "node:crypto"
import * as SqlClient from "@effect/sql/SqlClient"
import type { Fragment } from "@effect/sql/Statement"
import { Outcome, Run, RunStore, RunStoreError } from "@effect-glowmarkt/runner"
import * as Arr from "effect/Array"
import * as Chunk from "effect/Chunk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { toRunStoreError } from "./internal/sqlState.js"

const Json = Schema.parseJson(Schema.Unknown)

const nullable = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true, nullable: true })

const RunRow = Schema.Struct({
  runId: Run.RunId,
  flow: Schema.String,
  parameters: Schema.parseJson(Schema.Record({ key: Schema.String, value: Schema.Unknown })),
  startedAt: Schema.DateTimeUtcFromDate,
  finishedAt: nullable(Schema.DateTimeUtcFromDate),
  total: nullable(Schema.NonNegativeInt),
  recorded: Schema.NonNegativeInt
})

const PendingRow = Schema.Struct({ position: Schema.NonNegativeInt, subject: Json })

const StoredRow = Schema.Struct({
  position: Schema.NonNegativeInt,
  subject: Json,
  outcome: Schema.NullOr(Outcome.FinalOutcome),
  result: Schema.NullOr(Json)
})

const CountedRow = Schema.Struct({
  values: Schema.parseJson(Schema.Array(Schema.Unknown)),
  count: Schema.NonNegativeInt
})

const NoteRow = Schema.Struct({ note: Schema.parseJson(Schema.String) })

const loneSurrogates = /\p{Surrogate}/gu

/** Notes and their subjects are stored as JSON, because `text` cannot contain U+0000. */
const toJsonText = (text: string) => JSON.stringify(text.replace(loneSurrogates, "\uFFFD"))

const firstPageSize = 50

const make = Effect.fnUntraced(function* (location: string) {
  const sql = yield* SqlClient.SqlClient
  const refused = toRunStoreError(location)
  const unreadable = (cause: unknown) => RunStoreError.damaged(location, cause)

  const read = <A, I>(row: Schema.Schema<A, I>) => {
    const decode = Schema.decodeUnknown(Schema.Array(row))
    return (rows: Effect.Effect<unknown, unknown>): Effect.Effect<ReadonlyArray<A>, RunStoreError.RunStoreError> =>
      Effect.flatMap(Effect.mapError(rows, refused), (rows) => Effect.mapError(decode(rows), unreadable))
  }
  const readRuns = read(RunRow)
  const readPending = read(PendingRow)
  const readRows = read(StoredRow)
  const readCounts = read(CountedRow)
  const readNotes = read(NoteRow)

  const write = (statement: Effect.Effect<unknown, unknown>) => Effect.asVoid(Effect.mapError(statement, refused))

  const numberOf = (runId: Run.RunId) => sql`(SELECT number FROM glowmarkt_runs WHERE run_id = ${runId})`

  const runs = (where: Fragment) =>
    readRuns(sql`
      SELECT run_id AS "runId", flow, parameters, started_at AS "startedAt", finished_at AS "finishedAt", total, recorded
      FROM glowmarkt_runs WHERE ${where} ORDER BY number
    `).pipe(Effect.map(Arr.map((row) => new Run.Run(row))))

  const get = (runId: Run.RunId) =>
    Effect.flatMap(runs(sql`run_id = ${runId}`), ([run]) =>
      run === undefined ? Effect.fail(new Run.RunNotFound({ runId })) : Effect.succeed(run)
    )

  // Checks that the run exists, for methods that write. The caller must have opened it, so a
  // missing run is a defect.
  const existing = (runId: Run.RunId) => Effect.catchTag(get(runId), "RunNotFound", Effect.die)

  /** Selects the subjects of the run's listing, each with its result if it has one. */
  const subjectsWithResults = (runId: Run.RunId, from: number, to: number) => sql`
    glowmarkt_runs r
    JOIN glowmarkt_subjects s ON s.run = r.number AND s.listing = r.listing
    LEFT JOIN glowmarkt_results o ON o.run = s.run AND o.position = s.position
    WHERE r.run_id = ${runId} AND s.position >= ${from} AND s.position < ${to}
  `

  // PostgreSQL cannot read JSON that contains an escaped U+0000 or lone surrogate, the only ones
  // that `JSON.stringify` escapes. The count may replace these characters, but the stored results
  // keep them.
  const readableResult = sql`
    CASE WHEN strpos(result, '\\u') = 0 THEN result
    ELSE regexp_replace(result, '\\\\u(0000|d[89a-f][0-9a-f]{2})', '\\ufffd', 'g') END::json
  `

  const service: RunStore.RunStoreService = {
    file: location,

    open: Effect.fn("RunStore.open")(function* (run) {
      yield* write(sql`
        INSERT INTO glowmarkt_runs (run_id, flow, parameters, started_at)
        VALUES (${run.runId}, ${run.flow}, ${JSON.stringify(run.parameters)}, ${DateTime.toDate(run.startedAt)})
        ON CONFLICT (run_id) DO NOTHING
      `)
      return yield* existing(run.runId)
    }),

    get,

    list: Effect.suspend(() => runs(sql`TRUE`)),

    forget: (runId) =>
      Effect.zipRight(
        get(runId),
        write(sql`DELETE FROM glowmarkt_runs WHERE run_id IN ${sql.in([runId, Run.rollbackRunId(runId)])}`)
      ),

    putSubjects: Effect.fn("RunStore.putSubjects")(function* (runId, subjects) {
      const run = yield* existing(runId)
      if (run.total !== undefined) return run.total
      const listing = randomUUID()
      const total = yield* subjects.pipe(
        Stream.grouped(RunStore.pageSize),
        Stream.runFoldEffect(0, (from, page) =>
          Effect.as(
            write(sql`
              INSERT INTO glowmarkt_subjects (run, listing, position, subject)
              SELECT ${numberOf(runId)}, ${listing}::uuid, ${from}::int + t.ordinality - 1, t.subject
              FROM unnest(${Chunk.toReadonlyArray(page).map((subject) => JSON.stringify(subject))}::text[])
                WITH ORDINALITY AS t(subject, ordinality)
            `),
            from + page.length
          )
        )
      )
      // The first listing to set the total is used. Other listings of this run are deleted.
      yield* write(sql`
        WITH counted AS (
          UPDATE glowmarkt_runs SET total = coalesce(total, ${total}::int), listing = coalesce(listing, ${listing}::uuid)
          WHERE run_id = ${runId} RETURNING number, listing
        )
        DELETE FROM glowmarkt_subjects s USING counted c WHERE s.run = c.number AND s.listing <> c.listing
      `)
      const listed = yield* existing(runId)
      return listed.total ?? total
    }),

    pending: (runId, from, to) =>
      readPending(sql`
        SELECT s.position, s.subject FROM ${subjectsWithResults(runId, from, to)} AND o.run IS NULL ORDER BY s.position
      `),

    // One statement, so that results recorded by another process in the meantime are neither
    // replaced nor counted again.
    record: (runId, results) =>
      results.length === 0
        ? Effect.void
        : sql<{ number: number }>`
            WITH fresh AS (
              INSERT INTO glowmarkt_results (run, position, outcome, result)
              SELECT ${numberOf(runId)}, t.position, t.outcome, t.result
              FROM unnest(
                ${results.map(({ position }) => position)}::int[],
                ${results.map(({ outcome }) => outcome)}::text[],
                ${results.map(({ result }) => JSON.stringify(result))}::text[]
              ) AS t(position, outcome, result)
              ON CONFLICT (run, position) DO NOTHING RETURNING 1
            )
            UPDATE glowmarkt_runs SET recorded = recorded + (SELECT count(*) FROM fresh) WHERE run_id = ${runId}
          `.pipe(
            Effect.mapError(refused),
            Effect.catchAll((error) => Effect.zipRight(existing(runId), Effect.fail(error))),
            Effect.asVoid
          ),

    count: (runId, fields) =>
      readCounts(sql`
        SELECT count(*)::int AS count, json_build_array(${sql.csv(
          fields.map((field) => sql`${readableResult} #> ${[...field]}::text[]`)
        )})::text AS "values"
        FROM glowmarkt_results WHERE run = ${numberOf(runId)} GROUP BY 2
      `),

    note: (runId, subject, note) =>
      sql`
        INSERT INTO glowmarkt_notes (run, subject, note)
        SELECT number, ${toJsonText(subject)}, ${toJsonText(note)} FROM glowmarkt_runs WHERE run_id = ${runId}
        RETURNING number
      `.pipe(
        Effect.mapError(refused),
        Effect.flatMap(([noted]) => (noted === undefined ? existing(runId) : Effect.void)),
        Effect.asVoid
      ),

    notes: (runId, subject) =>
      Effect.map(
        readNotes(sql`
          SELECT note FROM glowmarkt_notes WHERE run = ${numberOf(runId)} AND subject = ${toJsonText(subject)}
          ORDER BY number
        `),
        Arr.map(({ note }) => note)
      ),

    finish: (runId, at) =>
      sql`
        UPDATE glowmarkt_runs SET finished_at = coalesce(finished_at, ${DateTime.toDate(at)})
        WHERE run_id = ${runId} RETURNING number
      `.pipe(
        Effect.mapError(refused),
        Effect.flatMap(([finished]) => (finished === undefined ? existing(runId) : Effect.void)),
        Effect.asVoid
      ),

    rows: (runId) =>
      Stream.unwrap(
        Effect.map(get(runId), () =>
          // Each part of a run looks for only one row, so the first page is small.
          Stream.paginateChunkEffect({ from: 0, to: firstPageSize }, ({ from, to }) =>
            Effect.map(
              readRows(sql`
                SELECT s.position, s.subject, o.outcome, o.result
                FROM ${subjectsWithResults(runId, from, to)} ORDER BY s.position
              `),
              (rows) => [
                Chunk.unsafeFromArray(
                  rows.map(
                    ({ outcome, position, result, subject }): RunStore.StoredRow =>
                      outcome === null
                        ? { position, subject, outcome: "unprocessed" }
                        : { position, subject, outcome, result }
                  )
                ),
                rows.length < to - from ? Option.none() : Option.some({ from: to, to: to + RunStore.pageSize })
              ]
            )
          )
        )
      )
  }
  return service
})

/**
 * Provides the run store over a PostgreSQL client. `location` names the database in messages and
 * must not contain a password. The tables must exist: `Database.layer` migrates them.
 *
 * @example
 * ```ts
 * import { Database, DatabaseUrl, PgRunStore } from "@effect-glowmarkt/cluster"
 * import { Effect, Layer } from "effect"
 *
 * // The store of an ordinary run, in PostgreSQL instead of a file.
 * const RunStoreLive = Layer.unwrapEffect(
 *   Effect.map(DatabaseUrl.fromEnvironment, (url) =>
 *     Layer.provide(PgRunStore.layer(url.location), Database.layer({ url, applicationName: "glowmarkt" }))
 *   )
 * )
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (location: string): Layer.Layer<RunStore.RunStore, never, SqlClient.SqlClient> =>
  Layer.effect(RunStore.RunStore, make(location))
