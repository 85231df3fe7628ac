/** SQLite clients whose failures to open are values, and the lock that keeps a second process out. */
import * as SqlClient from "@effect/sql/SqlClient"
import * as SqlError from "@effect/sql/SqlError"
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
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

/**
 * `sql.withTransaction`, whose COMMIT and ROLLBACK fail instead of dying where the disk does not take them. After a failed
 * write SQLite has rolled back by itself, and its complaint about the second time must not hide why.
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

/** The store without a right to write to it. Where SQLite's files beside it are missing, it needs {@link copy}. */
export const readonly = (file: string): Layer.Layer<SqlClient.SqlClient, RunStoreError.RunStoreError> =>
  open(file, { filename: file, readonly: true, disableWAL: true })

/** A copy that lasts as long as the layer: to look at a store that may not be written to, which SQLite needs even for reading. */
export const copy = (file: string): Layer.Layer<SqlClient.SqlClient, RunStoreError.RunStoreError> =>
  Layer.unwrapScoped(Effect.map(storeFile.copy(file), (filename) => open(file, { filename })))

/** The files that this process holds: SQLite does not say who does. */
const held = new Set<string>()

const register = (file: string): Effect.Effect<void, RunStoreError.RunStoreError, Scope.Scope> =>
  Effect.uninterruptible(
    Effect.suspend(() => {
      if (held.has(file))
        return Effect.fail(new RunStoreError.RunStoreError({ reason: "inUse", file, user: "thisProcess" }))
      held.add(file)
      return Effect.addFinalizer(() => Effect.sync(() => held.delete(file)))
    })
  )

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
  const lock = Effect.flatMap(Effect.tap(storeFile.admit(file), register), storeFile.lockOf)
  return Layer.effectDiscard(take).pipe(
    Layer.provide(Layer.unwrapScoped(Effect.map(lock, (filename) => open(file, { filename, disableWAL: true }))))
  )
}

/** Earlier versions ran workflows in the same file. Nothing reads these tables any more, and they name runs. */
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
