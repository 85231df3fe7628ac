/**
 * Stores runs in a SQLite file. Needs the packages `@effect/sql` and `@effect/sql-sqlite-node`.
 *
 * @since 0.1.0
 */
import { existsSync } from "node:fs"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as sqlite from "./internal/store/sqlite.js"
import * as storeFile from "./internal/store/storeFile.js"
import * as storeLock from "./internal/store/storeLock.js"
import type { RunId } from "./Run.js"
import { RunStore } from "./RunStore.js"
import type { RunStoreError } from "./RunStoreError.js"
import * as SqlRunStore from "./SqlRunStore.js"

/**
 * Opens or creates a store for this process alone. To resume a run that was interrupted or killed,
 * start it again with its run id.
 *
 * - A second process gets a `RunStoreError` with the reason `inUse`. Use {@link layerShared} to
 *   read runs in the meantime.
 * - SQLite's files `file-wal` and `file-shm` and our `file-lock` are created beside `file`. They
 *   can be deleted while no process uses the store.
 *
 * If the file cannot be used, fails with a {@link RunStoreError} that names the remedy.
 *
 * @example
 * ```ts
 * import * as SqliteRunStore from "@effect-glowmarkt/runner/SqliteRunStore"
 *
 * const RunStoreLive = SqliteRunStore.layer("runs.sqlite")
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (file: string): Layer.Layer<RunStore, RunStoreError> =>
  SqlRunStore.layer(file).pipe(
    Layer.provideMerge(Layer.effectDiscard(sqlite.dropEngineTables(file))),
    Layer.provide(sqlite.client(file)),
    Layer.provide(storeLock.exclusive(file))
  )

/** Reads a read-only store in place, or from a copy if SQLite cannot do that. */
const shared = (file: string) =>
  Layer.suspend(() => {
    const store = SqlRunStore.layer(file)
    if (!existsSync(file) || storeFile.isWritable(file)) return Layer.provide(store, sqlite.client(file))
    const copied = Layer.provide(store, sqlite.copy(file))
    return storeFile.isInUse(file) ? Layer.catchAll(Layer.provide(store, sqlite.readonly(file)), () => copied) : copied
  })

/**
 * Opens a store to read its runs, even if another process is using it or this process has no write
 * permission. `forget` needs exclusive access. Creates a missing file; fails with `cannotOpen` if
 * the directory does not exist.
 *
 * @example
 * ```ts
 * import { RunStore } from "@effect-glowmarkt/runner"
 * import * as SqliteRunStore from "@effect-glowmarkt/runner/SqliteRunStore"
 * import { Console, Effect } from "effect"
 *
 * const program = RunStore.RunStore.pipe(
 *   Effect.flatMap((store) => store.list),
 *   Effect.flatMap(Effect.forEach((run) => Console.log(run.runId, run.recorded, run.total))),
 *   Effect.provide(SqliteRunStore.layerShared("runs.sqlite"))
 * )
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerShared = (file: string): Layer.Layer<RunStore, RunStoreError> =>
  Layer.map(shared(file), (context) => {
    const forget = (runId: RunId) =>
      Effect.scoped(Effect.flatMap(Layer.build(layer(file)), (alone) => Context.get(alone, RunStore).forget(runId)))
    return Context.make(RunStore, { ...Context.get(context, RunStore), forget })
  })
