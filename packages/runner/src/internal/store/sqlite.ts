/**
 * SQLite clients that report open failures as errors.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import * as SqlError from "@effect/sql/SqlError"
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as RunStoreError from "../../RunStoreError.js"
import * as storeFile from "./storeFile.js"

export const memory = storeFile.memory

export const open = (file: string, config: SqliteClient.SqliteClientConfig) =>
  SqliteClient.layer(config).pipe(
    // The driver throws while the layer is built, so its error arrives as a defect.
    Layer.catchAllCause((cause) => Layer.fail(RunStoreError.fromCause(file, cause)))
  )

/**
 * In WAL mode a commit survives the death of the process without its own fsync. Only a power
 * failure can lose the last commits, and it cannot damage the file. Deleted data is overwritten,
 * because it may be personal. Checkpoints wait for the disk, so there is one per 64 MB instead of
 * 4. Counting the results of a large run would fill a cache of the driver's default size, 16 MB.
 */
const settings = [
  "PRAGMA synchronous = NORMAL",
  "PRAGMA secure_delete = ON",
  "PRAGMA wal_autocheckpoint = 16000",
  "PRAGMA cache_size = -4000"
]

export const client = (file: string): Layer.Layer<SqlClient.SqlClient, RunStoreError.RunStoreError> =>
  Layer.unwrapEffect(Effect.map(storeFile.prepare(file), (filename) => open(file, { filename }))).pipe(
    Layer.tap((context) => {
      const sql = Context.get(context, SqlClient.SqlClient)
      return Effect.mapError(
        Effect.forEach(settings, (setting) => sql.unsafe(setting), { discard: true }),
        (error) => RunStoreError.fromUnknown(file, error)
      )
    })
  )

/**
 * Runs an effect in a transaction, like `sql.withTransaction`, but a COMMIT or ROLLBACK that the
 * disk refuses is a failure and not a defect. After a failed write SQLite has already rolled back;
 * the error of the second rollback must not hide the first error.
 */
export const transaction =
  (sql: SqlClient.SqlClient) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | SqlError.SqlError, R> =>
    Effect.suspend(() => {
      let first = Option.none<E>()
      return sql
        .withTransaction(
          Effect.tapError(effect, (error) =>
            Effect.sync(() => {
              first = Option.some(error)
            })
          )
        )
        .pipe(
          Effect.catchAllDefect((defect): Effect.Effect<never, E | SqlError.SqlError> => {
            if (!(defect instanceof SqlError.SqlError)) return Effect.die(defect)
            return Effect.fail(Option.getOrElse(first, (): E | SqlError.SqlError => defect))
          })
        )
    })

/**
 * Opens a store without write permission. If SQLite's files beside the store are missing, use
 * {@link copy}.
 */
export const readonly = (file: string): Layer.Layer<SqlClient.SqlClient, RunStoreError.RunStoreError> =>
  open(file, { filename: file, readonly: true, disableWAL: true })

/**
 * Opens a temporary copy, because SQLite needs write permission even to read. The copy is removed
 * with the layer.
 */
export const copy = (file: string): Layer.Layer<SqlClient.SqlClient, RunStoreError.RunStoreError> =>
  Layer.unwrapScoped(Effect.map(storeFile.copy(file), (filename) => open(file, { filename })))

/**
 * Drops the workflow tables that earlier versions kept in the same file. They are unused now, but
 * contain run ids.
 */
export const dropEngineTables = (file: string): Effect.Effect<void, RunStoreError.RunStoreError, SqlClient.SqlClient> =>
  Effect.flatMap(SqlClient.SqlClient, (sql) =>
    Effect.forEach(
      ["replies", "messages", "migrations"],
      (table) => sql`DROP TABLE IF EXISTS ${sql(`cluster_${table}`)}`,
      {
        discard: true
      }
    )
  ).pipe(Effect.mapError((error) => RunStoreError.fromUnknown(file, error)))
