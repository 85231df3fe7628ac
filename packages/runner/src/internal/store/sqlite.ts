/** SQLite clients whose failures to open are values, and the lock that keeps a second process out. */
import { closeSync, openSync } from "node:fs"
import * as SqlClient from "@effect/sql/SqlClient"
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as RunStoreError from "../../RunStoreError.js"

/** What SQLite calls a database that lives only in memory. */
export const memory = ":memory:"

/** For its owner only: there are names and addresses in it. SQLite gives the files beside it the same mode. */
const create = (file: string) =>
  file === memory
    ? Effect.void
    : // Why it cannot be created SQLite says better.
      Effect.ignore(Effect.try(() => closeSync(openSync(file, "a", 0o600))))

const open = (file: string, config: SqliteClient.SqliteClientConfig) =>
  Layer.unwrapEffect(Effect.as(create(config.filename), SqliteClient.layer(config))).pipe(
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
  Layer.tap(open(file, { filename: file }), (context) => {
    const sql = Context.get(context, SqlClient.SqlClient)
    return Effect.mapError(
      Effect.forEach(settings, (setting) => sql.unsafe(setting), { discard: true }),
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
  // Memory is nobody else's.
  if (file === memory) return Layer.empty
  return Layer.effectDiscard(take).pipe(Layer.provide(open(file, { filename: `${file}-lock`, disableWAL: true })))
}
