/** SQLite clients whose failures to open are values, and the lock that keeps a second process out. */
import * as SqlClient from "@effect/sql/SqlClient"
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as RunStoreError from "../RunStoreError.js"

/** What SQLite calls a database that lives only in memory. */
export const memory = ":memory:"

const open = (file: string, config: SqliteClient.SqliteClientConfig) =>
  SqliteClient.layer(config).pipe(
    // The driver throws while the layer is built, so what it says arrives as a defect.
    Layer.catchAllCause((cause) => Layer.fail(RunStoreError.fromCause(file, cause)))
  )

/**
 * In WAL mode a commit survives the death of the process without an fsync of
 * its own; only a power failure can take the last commits, and none of it can damage the file.
 */
export const client = (file: string): Layer.Layer<SqlClient.SqlClient, RunStoreError.RunStoreError> =>
  Layer.tap(open(file, { filename: file }), (context) => {
    const sql = Context.get(context, SqlClient.SqlClient)
    return Effect.mapError(
      // Bringing the log into the file waits for the disk: every 16 MB instead of every 4.
      Effect.zipRight(sql.unsafe("PRAGMA synchronous = NORMAL"), sql.unsafe("PRAGMA wal_autocheckpoint = 4000")),
      (error) => RunStoreError.fromUnknown(file, error)
    )
  })

/**
 * Holds an exclusive lock for as long as the layer lives. The lock is one of
 * the operating system on a file beside the store, so it goes with the process however
 * that dies, and readers of the store itself are not held up.
 */
export const exclusive = (file: string): Layer.Layer<never, RunStoreError.RunStoreError> => {
  const take = SqlClient.SqlClient.pipe(
    Effect.flatMap((sql) => Effect.zipRight(sql.unsafe("PRAGMA busy_timeout = 0"), sql.unsafe("BEGIN EXCLUSIVE"))),
    Effect.mapError((error) => RunStoreError.fromUnknown(file, error))
  )
  return Layer.effectDiscard(take).pipe(Layer.provide(open(file, { filename: `${file}-lock`, disableWAL: true })))
}
