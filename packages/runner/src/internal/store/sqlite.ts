/** SQLite clients whose failures to open are values, and the lock that keeps a second process out. */
import * as SqlClient from "@effect/sql/SqlClient"
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as RunStoreError from "../../RunStoreError.js"
import * as storeFile from "./storeFile.js"

export const memory = storeFile.memory

const open = (file: string, config: SqliteClient.SqliteClientConfig) =>
  SqliteClient.layer(config).pipe(
    // The driver throws while the layer is built, so what it says arrives as a defect.
    Layer.catchAllCause((cause) => Layer.fail(RunStoreError.fromCause(file, cause)))
  )

/**
 * In WAL mode a commit survives the death of the process without an fsync of
 * its own; only a power failure can take the last commits, and none of it can damage the file.
 * What is deleted is overwritten: it may be personal. Bringing the log into the
 * file waits for the disk: every 64 MB instead of every 4.
 */
const settings = ["PRAGMA synchronous = NORMAL", "PRAGMA secure_delete = ON", "PRAGMA wal_autocheckpoint = 16000"]

export const client = (file: string): Layer.Layer<SqlClient.SqlClient, RunStoreError.RunStoreError> =>
  Layer.unwrapEffect(Effect.map(storeFile.admit(file), (filename) => open(file, { filename }))).pipe(
    Layer.tap((context) => {
      const sql = Context.get(context, SqlClient.SqlClient)
      return Effect.mapError(
        Effect.forEach(settings, (setting) => sql.unsafe(setting), { discard: true }),
        (error) => RunStoreError.fromUnknown(file, error)
      )
    })
  )

/** The store as it is: nothing is written to it or beside it. */
export const readonly = (file: string): Layer.Layer<SqlClient.SqlClient, RunStoreError.RunStoreError> =>
  open(file, { filename: file, readonly: true, disableWAL: true })

/** A copy that lasts as long as the layer: to look at a store that may not be written to, which SQLite needs even for reading. */
export const copy = (file: string): Layer.Layer<SqlClient.SqlClient, RunStoreError.RunStoreError> =>
  Layer.unwrapScoped(Effect.map(storeFile.copy(file), (filename) => open(file, { filename })))

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
  // Memory is nobody else's.
  if (file === memory) return Layer.empty
  const lock = Effect.flatMap(storeFile.admit(file), storeFile.lockOf)
  return Layer.effectDiscard(take).pipe(
    Layer.provide(Layer.unwrapEffect(Effect.map(lock, (filename) => open(file, { filename, disableWAL: true }))))
  )
}
