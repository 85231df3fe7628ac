import type { SqlClient } from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as RunStoreError from "../RunStoreError.js"

/**
 * Each entry takes the tables from the version of its index to the next. Never
 * edit one that was released: append.
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
    `CREATE INDEX glowmarkt_results_of ON glowmarkt_results (run, page)`
  ],
  [
    `CREATE TABLE glowmarkt_notes (
      run INTEGER NOT NULL,
      subject TEXT NOT NULL,
      number INTEGER NOT NULL,
      note TEXT NOT NULL,
      PRIMARY KEY (run, subject, number)
    ) WITHOUT ROWID`
  ]
]

const Version = Schema.Tuple(Schema.Struct({ user_version: Schema.NonNegativeInt }))

/** Brings the tables to this version, or fails with `newer`. The version is SQLite's own `user_version`. */
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
    sql.withTransaction,
    Effect.mapError((error) => RunStoreError.fromUnknown(file, error))
  )
