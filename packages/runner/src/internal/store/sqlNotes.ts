/**
 * Stores the notes of `Journal.ts` on subjects. Each note is durable before the action that it
 * announces is taken.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { RunNotFound } from "../../Run.js"
import * as RunStoreError from "../../RunStoreError.js"
import { type RunStoreService, toWellFormed } from "./runStore.js"

const decode = Schema.decodeUnknown(Schema.Array(Schema.Struct({ note: Schema.String })))

export const make = (sql: SqlClient.SqlClient, file: string): Pick<RunStoreService, "note" | "notes"> => {
  const refused = (error: unknown) => RunStoreError.fromUnknown(file, error)
  return {
    note: (runId, subject, note) =>
      sql`
        INSERT INTO glowmarkt_notes (run, subject, number, note)
        SELECT r.number, ${toWellFormed(subject)}, count(n.number), ${toWellFormed(note)} FROM glowmarkt_runs r
        LEFT JOIN glowmarkt_notes n ON n.run = r.number AND n.subject = ${toWellFormed(subject)}
        WHERE r.run_id = ${runId} GROUP BY r.number RETURNING number
      `.pipe(
        Effect.mapError(refused),
        // If nothing was inserted, the run does not exist. That is a defect, because the next
        // action relies on the note.
        Effect.flatMap(([noted]) => (noted === undefined ? Effect.die(new RunNotFound({ runId })) : Effect.void))
      ),

    notes: (runId, subject) =>
      sql`
        SELECT note FROM glowmarkt_notes
        WHERE run = (SELECT number FROM glowmarkt_runs WHERE run_id = ${runId}) AND subject = ${toWellFormed(subject)}
        ORDER BY number
      `.pipe(
        Effect.flatMap((rows) => decode(rows)),
        Effect.mapBoth({ onFailure: refused, onSuccess: (rows) => rows.map(({ note }) => note) })
      )
  }
}
