/** Locks a store file against other processes. */
import * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as RunStoreError from "../../RunStoreError.js"
import * as sqlite from "./sqlite.js"
import * as storeFile from "./storeFile.js"

/** The files that this process has open, because SQLite cannot tell which process holds a lock. */
const openFiles = new Set<string>()

const register = (file: string): Effect.Effect<void, RunStoreError.RunStoreError, Scope.Scope> =>
  Effect.uninterruptible(
    Effect.suspend(() => {
      if (openFiles.has(file))
        return Effect.fail(new RunStoreError.RunStoreError({ reason: "inUse", file, user: "thisProcess" }))
      openFiles.add(file)
      return Effect.addFinalizer(() => Effect.sync(() => openFiles.delete(file)))
    })
  )

/**
 * Holds an exclusive lock for the lifetime of the layer. It is an operating system lock on a file
 * beside the store, so it is released however the process dies, and does not block readers of the
 * store.
 */
export const exclusive = (file: string): Layer.Layer<never, RunStoreError.RunStoreError> => {
  const take = SqlClient.SqlClient.pipe(
    Effect.flatMap((sql) => Effect.zipRight(sql.unsafe("PRAGMA busy_timeout = 0"), sql.unsafe("BEGIN EXCLUSIVE"))),
    Effect.mapError((error) => RunStoreError.fromUnknown(file, error))
  )
  // A database in memory belongs to this process alone, so it needs no lock.
  if (file === storeFile.memory) return Layer.empty
  const lock = Effect.flatMap(Effect.tap(storeFile.prepare(file), register), storeFile.lockOf)
  return Layer.effectDiscard(take).pipe(
    Layer.provide(Layer.unwrapScoped(Effect.map(lock, (filename) => sqlite.open(file, { filename, disableWAL: true }))))
  )
}
