import type { SqlClient } from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as RunStoreError from "../../RunStoreError.js"
import * as sqlite from "./sqlite.js"

/**
 * Converts instants to milliseconds since 1970. Missing instants stay missing. Version 2 wrote both
 * texts and numbers.
 */
const instantsAsNumbers = (column: string, fields: ReadonlyArray<string>) => {
  const replacements = fields.map((field) => {
    const path = `'$.${field}'`
    const millis = `CAST(round(1000 * unixepoch(${column} ->> ${path}, 'subsec')) AS INTEGER)`
    return `${path}, iif(json_type(${column}, ${path}) = 'text', ${millis}, ${column} ->> ${path})`
  })
  return `json_replace(${column}, ${replacements.join(", ")})`
}

/**
 * Each entry migrates the tables from the version of its index to the next. Never edit a released
 * entry: append.
 */
const migrations: ReadonlyArray<ReadonlyArray<string>> = [
  [
    `CREATE TABLE glowmarkt_runs (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      run_id TEXT NOT NULL UNIQUE,
      flow TEXT NOT NULL,
      parameters TEXT NOT NULL,
      started_at INTEGER NOT NULL,
      finished_at INTEGER,
      total INTEGER
    )`,
    `CREATE TABLE glowmarkt_subjects (
      run INTEGER NOT NULL,
      position INTEGER NOT NULL,
      subject TEXT NOT NULL,
      PRIMARY KEY (run, position)
    ) WITHOUT ROWID`,
    `CREATE TABLE glowmarkt_results (
      run INTEGER NOT NULL,
      position INTEGER NOT NULL,
      outcome TEXT NOT NULL,
      result TEXT NOT NULL,
      PRIMARY KEY (run, position)
    ) WITHOUT ROWID`
  ],
  [
    `CREATE TABLE glowmarkt_notes (
      run INTEGER NOT NULL,
      subject TEXT NOT NULL,
      number INTEGER NOT NULL,
      note TEXT NOT NULL,
      PRIMARY KEY (run, subject, number)
    ) WITHOUT ROWID`,
    // An undo reverts only the run's own changes, and version 1 did not record which changes were
    // its own. So all count as `found`.
    `UPDATE glowmarkt_results SET result = json_set(result, '$.change', 'found') WHERE result ->> '$._tag' = 'Done'`,
    `UPDATE glowmarkt_results
      SET result = json_set(result, '$.end', iif(result ->> '$.reason' = 'nothing to do: already so', 'reached', 'missed'))
      WHERE result ->> '$._tag' = 'Skipped'`,
    `UPDATE glowmarkt_runs
      SET parameters = json_set(parameters, '$.counts.invalid', 0, '$.target', coalesce(parameters -> '$.target', json('{}')))
      WHERE parameters ->> '$.plan' IS NOT NULL`
  ],
  // Stores subjects and results in pages of 1,000, and the instants of an audit as numbers.
  [
    `ALTER TABLE glowmarkt_subjects RENAME TO glowmarkt_subjects_single`,
    `ALTER TABLE glowmarkt_results RENAME TO glowmarkt_results_single`,
    `CREATE TABLE glowmarkt_subjects (
      run INTEGER NOT NULL,
      page INTEGER NOT NULL,
      subjects TEXT NOT NULL,
      PRIMARY KEY (run, page)
    )`,
    `CREATE TABLE glowmarkt_results (
      batch INTEGER PRIMARY KEY,
      run INTEGER NOT NULL,
      page INTEGER NOT NULL,
      count INTEGER NOT NULL,
      results TEXT NOT NULL
    )`,
    `CREATE INDEX glowmarkt_results_of ON glowmarkt_results (run, page)`,
    `INSERT INTO glowmarkt_subjects (run, page, subjects)
      SELECT run, position / 1000, json_group_array(${instantsAsNumbers("subject", ["account.createdAt", "account.updatedAt"])} ORDER BY position)
      FROM glowmarkt_subjects_single GROUP BY 1, 2`,
    `INSERT INTO glowmarkt_results (run, page, count, results)
      SELECT run, position / 1000, count(*), json_group_array(
        json_array(position, outcome, ${instantsAsNumbers("result", ["live.createdAt", "live.updatedAt", "live.tokenExpiryDate"])})
        ORDER BY position)
      FROM glowmarkt_results_single GROUP BY 1, 2`,
    `DROP TABLE glowmarkt_subjects_single`,
    `DROP TABLE glowmarkt_results_single`
  ]
]

const Version = Schema.Tuple(Schema.Struct({ user_version: Schema.NonNegativeInt }))

/**
 * Migrates the tables to the current version, or fails with `newer`. The version is SQLite's
 * `user_version`.
 */
export const migrate = (sql: SqlClient, file: string): Effect.Effect<void, RunStoreError.RunStoreError> =>
  Effect.gen(function* () {
    const [{ user_version: found }] = yield* Effect.flatMap(
      sql.unsafe("PRAGMA user_version"),
      Schema.decodeUnknown(Version)
    )
    if (found > migrations.length) {
      return yield* new RunStoreError.RunStoreError({
        reason: "newer",
        file,
        detail: `version ${found}; this program knows ${migrations.length}`
      })
    }
    if (found < migrations.length) {
      for (const statement of migrations.slice(found).flat()) {
        yield* sql.unsafe(statement)
      }
      yield* sql.unsafe(`PRAGMA user_version = ${migrations.length}`)
    }
  }).pipe(
    sqlite.transaction(sql),
    Effect.mapError((error) => RunStoreError.fromUnknown(file, error))
  )
