import * as SqlClient from "@effect/sql/SqlClient"
import * as Codec from "@effect-glowmarkt/core/Codec"
import * as Arr from "effect/Array"
import * as Chunk from "effect/Chunk"
import type * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Outcome } from "../Outcome.js"
import { Run, RunId, RunNotFound } from "../Run.js"
import type { RunStore, StoredRow } from "../RunStore.js"
import * as RunStoreError from "../RunStoreError.js"
import * as forgetting from "./forgetting.js"
import { migrate } from "./migrations.js"
import * as notes from "./notes.js"

const pageSize = 1000

// One read needs no network, so a batch is only as large as keeps a transaction short.
const subjectBatch = 500

const Json = Schema.parseJson()

const RunRow = Schema.Struct({
  runId: RunId,
  flow: Schema.String,
  parameters: Schema.parseJson(Schema.Record({ key: Schema.String, value: Schema.Unknown })),
  startedAt: Schema.DateTimeUtcFromNumber,
  finishedAt: Schema.NullOr(Schema.DateTimeUtcFromNumber),
  total: Schema.NullOr(Schema.NonNegativeInt),
  recorded: Schema.NonNegativeInt
})

const decodeRuns = Schema.decodeUnknown(Schema.Array(RunRow))

/** A page of subjects: two arrays, since one text is parsed faster than a thousand. */
const Pending = Schema.Tuple(
  Schema.Struct({
    positions: Schema.parseJson(Schema.Array(Schema.Int)),
    subjects: Schema.parseJson(Schema.Array(Schema.Unknown))
  })
)

const decodePending = Codec.decoder(Pending)

const decodeRows = Codec.decoder(
  Schema.Array(Schema.Struct({ position: Schema.Int, subject: Json, outcome: Schema.NullOr(Outcome), result: Json }))
)

const decodeCounts = Codec.decoder(
  Schema.Array(Schema.Struct({ values: Schema.parseJson(Schema.Array(Schema.Unknown)), count: Schema.Int }))
)

/** As SQLite writes it. */
const pathOf = (field: ReadonlyArray<string>) => ["$", ...field.map((key) => JSON.stringify(key))].join(".")

/**
 * Inserts rows of a run by one statement, which is one transaction. Its text is
 * the same for as many rows, so that it is made and prepared once; a row whose
 * position is there already is left out.
 */
const inserting = (sql: SqlClient.SqlClient, table: string, columns: ReadonlyArray<string>) => {
  const named = ["position", ...columns]
  const values = named.map((_, index) => `column${index + 1}`).join(", ")
  const row = `(${named.map(() => "?").join(", ")})`
  const texts = new Map<number, string>()
  const textFor = (count: number) => {
    const known = texts.get(count)
    if (known !== undefined) return known
    const text = `INSERT INTO ${table} (run, ${named.join(", ")})
      SELECT (SELECT number FROM glowmarkt_runs WHERE run_id = ?), ${values}
      FROM (VALUES ${Array.from({ length: count }, () => row).join(", ")}) WHERE TRUE
      ON CONFLICT (run, position) DO NOTHING`
    texts.set(count, text)
    return text
  }
  return (runId: RunId, rows: ReadonlyArray<ReadonlyArray<number | string>>) =>
    sql.unsafe(textFor(rows.length), [runId, ...rows.flat()])
}

export const make = Effect.fnUntraced(function* (file: string) {
  const sql = yield* SqlClient.SqlClient
  const insertSubjects = inserting(sql, "glowmarkt_subjects", ["subject"])
  const insertResults = inserting(sql, "glowmarkt_results", ["outcome", "result"])
  const refused = (error: unknown) => RunStoreError.fromUnknown(file, error)
  const unreadable = (cause: unknown) =>
    new RunStoreError.RunStoreError({ reason: "damaged", file, detail: "a record cannot be read", cause })

  yield* migrate(sql, file)

  const numberOf = (runId: RunId) => sql`(SELECT number FROM glowmarkt_runs WHERE run_id = ${runId})`

  const runs = (where: ReturnType<typeof numberOf>) =>
    sql`
      SELECT run_id AS "runId", flow, parameters, started_at AS "startedAt", finished_at AS "finishedAt", total,
        (SELECT count(*) FROM glowmarkt_results WHERE run = number) AS recorded
      FROM glowmarkt_runs WHERE ${where} ORDER BY number
    `.pipe(
      Effect.mapError(refused),
      Effect.flatMap((rows) => Effect.mapError(decodeRuns(rows), unreadable)),
      Effect.map(
        Arr.map(
          ({ finishedAt, total, ...row }) =>
            new Run({
              ...row,
              ...(finishedAt === null ? {} : { finishedAt }),
              ...(total === null ? {} : { total })
            })
        )
      )
    )

  const get = (runId: RunId) =>
    Effect.flatMap(runs(sql`run_id = ${runId}`), ([run]) =>
      run === undefined ? Effect.fail(new RunNotFound({ runId })) : Effect.succeed(run)
    )

  // For callers that opened the run themselves.
  const existing = (runId: RunId) => Effect.catchTag(get(runId), "RunNotFound", Effect.die)

  const service: Context.Tag.Service<RunStore> = {
    file,

    ...notes.make(sql, file),

    open: Effect.fn("RunStore.open")(function* (run) {
      yield* sql`
        INSERT INTO glowmarkt_runs (run_id, flow, parameters, started_at)
        VALUES (${run.runId}, ${run.flow}, ${JSON.stringify(run.parameters)}, ${DateTime.toEpochMillis(run.startedAt)})
        ON CONFLICT (run_id) DO NOTHING
      `.pipe(Effect.mapError(refused))
      return yield* existing(run.runId)
    }),

    get,

    list: Effect.suspend(() => runs(sql`TRUE`)),

    forget: (runId) => Effect.zipRight(get(runId), forgetting.forget(sql, file, runId)),

    putSubjects: Effect.fn("RunStore.putSubjects")(function* (runId, subjects) {
      const run = yield* existing(runId)
      if (run.total !== undefined) {
        return run.total
      }
      yield* sql`DELETE FROM glowmarkt_subjects WHERE run = ${numberOf(runId)}`.pipe(Effect.mapError(refused))
      // Listing can take long, so it is no single transaction: the total, written last, makes it count.
      const total = yield* subjects.pipe(
        Stream.grouped(subjectBatch),
        Stream.runFoldEffect(0, (from, batch) =>
          insertSubjects(
            runId,
            Chunk.toReadonlyArray(batch).map((subject, index) => [from + index, JSON.stringify(subject)])
          ).pipe(Effect.mapError(refused), Effect.as(from + batch.length))
        )
      )
      yield* sql`UPDATE glowmarkt_runs SET total = ${total} WHERE run_id = ${runId}`.pipe(Effect.mapError(refused))
      return total
    }),

    pending: (runId, from, to) =>
      sql`
        SELECT '[' || coalesce(group_concat(position, ','), '') || ']' AS positions,
          '[' || coalesce(group_concat(subject, ','), '') || ']' AS subjects
        FROM (
          SELECT s.position, s.subject FROM glowmarkt_subjects s
          LEFT JOIN glowmarkt_results r ON r.run = s.run AND r.position = s.position
          WHERE s.run = ${numberOf(runId)} AND s.position >= ${from} AND s.position < ${to} AND r.position IS NULL
          ORDER BY s.position
        )
      `.pipe(
        Effect.mapError(refused),
        Effect.flatMap((rows) => Effect.mapError(decodePending(rows), unreadable)),
        Effect.map(([{ positions, subjects }]) =>
          positions.map((position, index) => ({ position, subject: subjects[index] }))
        )
      ),

    record: (runId, results) =>
      insertResults(
        runId,
        results.map(({ outcome, position, result }) => [position, outcome, JSON.stringify(result)])
      ).pipe(Effect.mapError(refused), Effect.asVoid),

    count: (runId, fields) =>
      sql`
        SELECT count(*) AS count, json_array(${sql.csv(fields.map((field) => sql`json(coalesce(result -> ${pathOf(field)}, 'null'))`))}) AS "values"
        FROM glowmarkt_results WHERE run = ${numberOf(runId)} GROUP BY 2
      `.pipe(
        Effect.mapError(refused),
        Effect.flatMap((rows) => Effect.mapError(decodeCounts(rows), unreadable))
      ),

    finish: (runId, at) =>
      sql`
        UPDATE glowmarkt_runs SET finished_at = coalesce(finished_at, ${DateTime.toEpochMillis(at)})
        WHERE run_id = ${runId}
      `.pipe(Effect.mapError(refused), Effect.asVoid),

    rows: (runId) =>
      Stream.unwrap(
        Effect.map(get(runId), () =>
          Stream.paginateChunkEffect(-1, (after) =>
            sql`
            SELECT s.position, s.subject, r.outcome, coalesce(r.result, 'null') AS result FROM glowmarkt_subjects s
            LEFT JOIN glowmarkt_results r ON r.run = s.run AND r.position = s.position
            WHERE s.run = ${numberOf(runId)} AND s.position > ${after}
            ORDER BY s.position LIMIT ${pageSize}
          `.pipe(
              Effect.mapError(refused),
              Effect.flatMap((rows) => Effect.mapError(decodeRows(rows), unreadable)),
              Effect.map((rows) => {
                const page = rows.map(
                  ({ outcome, position, result, subject }): StoredRow =>
                    outcome === null
                      ? { position, subject, outcome: "unprocessed" }
                      : { position, subject, outcome, result }
                )
                const last = page.length < pageSize ? Option.none() : Arr.last(page)
                return [Chunk.unsafeFromArray(page), Option.map(last, (row) => row.position)] as const
              })
            )
          )
        )
      )
  }
  return service
})
