/** Deletes runs without leaving traces in the file. */
import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import { type RunId, rollbackRunId } from "../../Run.js"
import * as RunStoreError from "../../RunStoreError.js"
import * as sqlite from "./sqlite.js"

const tables = ["glowmarkt_results", "glowmarkt_notes", "glowmarkt_subjects"]

const removeOne = (sql: SqlClient.SqlClient, runId: RunId) =>
  Effect.gen(function* () {
    for (const table of tables) {
      yield* sql`DELETE FROM ${sql(table)} WHERE run = (SELECT number FROM glowmarkt_runs WHERE run_id = ${runId})`
    }
    yield* sql`DELETE FROM glowmarkt_runs WHERE run_id = ${runId}`
  })

/** Deletes a run, and its rollback if there is one. */
export const removeRun = (sql: SqlClient.SqlClient, file: string, runId: RunId) =>
  Effect.forEach([runId, rollbackRunId(runId)], (each) => removeOne(sql, each), { discard: true }).pipe(
    sqlite.transaction(sql),
    // Until this checkpoint, the log still contains the old data, and the file does not yet contain
    // the overwritten data.
    Effect.zipRight(sql.unsafe("PRAGMA wal_checkpoint(TRUNCATE)")),
    Effect.mapError((error) => RunStoreError.fromUnknown(file, error)),
    Effect.asVoid
  )
