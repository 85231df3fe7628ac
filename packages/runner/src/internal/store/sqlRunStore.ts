import * as SqlClient from "@effect/sql/SqlClient"
import * as Codec from "@effect-glowmarkt/core/Codec"
import * as Arr from "effect/Array"
import * as Chunk from "effect/Chunk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Run, RunId, RunNotFound, rollbackRunId } from "../../Run.js"
import * as RunStoreError from "../../RunStoreError.js"
import { migrate } from "./migrations.js"
import * as Pages from "./pages.js"
import { removeRun } from "./removeRun.js"
import { pageSize, type RunStoreService } from "./runStore.js"
import * as sqlNotes from "./sqlNotes.js"

const nullable = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true, nullable: true })

const RunRow = Schema.Struct({
  runId: RunId,
  flow: Schema.String,
  parameters: Schema.parseJson(Schema.Record({ key: Schema.String, value: Schema.Unknown })),
  startedAt: Schema.DateTimeUtcFromNumber,
  finishedAt: nullable(Schema.DateTimeUtcFromNumber),
  total: nullable(Schema.NonNegativeInt),
  recorded: Schema.NonNegativeInt
})

const decodeRuns = Schema.decodeUnknown(Schema.Array(RunRow))

const decodeCounts = Codec.decoder(
  Schema.Array(Schema.Struct({ values: Schema.parseJson(Schema.Array(Schema.Unknown)), count: Schema.Int }))
)

/**
 * Returns the path of a result's field in SQLite's JSON functions. `pages.ts` explains the prefix.
 */
const pathOf = (field: ReadonlyArray<string>) => ["$[2]", ...field.map((key) => JSON.stringify(key))].join(".")

export const make = Effect.fnUntraced(function* (file: string) {
  const sql = yield* SqlClient.SqlClient
  const refused = (error: unknown) => RunStoreError.fromUnknown(file, error)
  const unreadable = (cause: unknown) => RunStoreError.damaged(file, cause)

  yield* migrate(sql, file)

  const numberOf = (runId: RunId) => sql`(SELECT number FROM glowmarkt_runs WHERE run_id = ${runId})`

  const runs = (where: ReturnType<typeof numberOf>) =>
    sql`
      SELECT run_id AS "runId", flow, parameters, started_at AS "startedAt", finished_at AS "finishedAt", total,
        (SELECT coalesce(sum(count), 0) FROM glowmarkt_results WHERE run = number) AS recorded
      FROM glowmarkt_runs WHERE ${where} ORDER BY number
    `.pipe(
      Effect.mapError(refused),
      Effect.flatMap((rows) => Effect.mapError(decodeRuns(rows), unreadable)),
      Effect.map(Arr.map((row) => new Run(row)))
    )

  const get = (runId: RunId) =>
    Effect.flatMap(runs(sql`run_id = ${runId}`), ([run]) =>
      run === undefined ? Effect.fail(new RunNotFound({ runId })) : Effect.succeed(run)
    )

  // Checks that the run exists, for methods that write. Dies if it does not, because the caller
  // must have opened it.
  const existing = (runId: RunId) => Effect.catchTag(get(runId), "RunNotFound", Effect.die)

  const pages = Pages.make(sql, { refused, unreadable })

  const service: RunStoreService = {
    file,

    ...sqlNotes.make(sql, file),

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

    forget: (runId) =>
      Effect.zipRight(get(runId), removeRun(sql, file, runId)).pipe(
        Effect.tap(() => {
          for (const each of [runId, rollbackRunId(runId)]) pages.drop(each)
        })
      ),

    putSubjects: Effect.fn("RunStore.putSubjects")(function* (runId, subjects) {
      const run = yield* existing(runId)
      if (run.total !== undefined) {
        return run.total
      }
      yield* sql`DELETE FROM glowmarkt_subjects WHERE run = ${numberOf(runId)}`.pipe(Effect.mapError(refused))
      // Listing can take long, so it is not one transaction. The total is written last and marks
      // the list as complete.
      const total = yield* subjects.pipe(
        Stream.grouped(pageSize),
        Stream.runFoldEffect(0, (from, page) =>
          Effect.as(pages.putSubjects(runId, from, Chunk.toReadonlyArray(page)), from + page.length)
        )
      )
      yield* sql`UPDATE glowmarkt_runs SET total = ${total} WHERE run_id = ${runId}`.pipe(Effect.mapError(refused))
      return total
    }),

    pending: pages.pending,

    // Checks only after a failure whether the run exists, because it normally does and recording
    // must be fast.
    record: (runId, results) =>
      Effect.catchAll(pages.record(runId, results), (error) => Effect.zipRight(existing(runId), Effect.fail(error))),

    count: (runId, fields) =>
      sql`
        SELECT count(*) AS count,
          json_array(${sql.csv(fields.map((field) => sql`json(coalesce(one.value -> ${pathOf(field)}, 'null'))`))}) AS "values"
        FROM glowmarkt_results, json_each(results) AS one WHERE run = ${numberOf(runId)} GROUP BY 2
      `.pipe(
        Effect.mapError(refused),
        Effect.flatMap((rows) => Effect.mapError(decodeCounts(rows), unreadable))
      ),

    finish: (runId, at) =>
      sql`
        UPDATE glowmarkt_runs SET finished_at = coalesce(finished_at, ${DateTime.toEpochMillis(at)})
        WHERE run_id = ${runId} RETURNING number
      `.pipe(
        Effect.mapError(refused),
        Effect.flatMap(([finished]) => (finished === undefined ? existing(runId) : Effect.void)),
        Effect.asVoid
      ),

    rows: (runId) =>
      Stream.unwrap(
        Effect.map(get(runId), () =>
          Stream.paginateChunkEffect(0, (page) =>
            Effect.map(pages.rows(runId, page), (rows) => [
              Chunk.unsafeFromArray(rows),
              rows.length < pageSize ? Option.none() : Option.some(page + 1)
            ])
          )
        )
      )
  }
  return service
})
