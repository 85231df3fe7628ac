/**
 * Opens the run store, exclusive to this process or for reading. `StoreSelection.ts` chooses between
 * a file and a database, and `StorePath.ts` decides where the file is.
 *
 * @since 0.1.0
 */
import * as FileSystem from "@effect/platform/FileSystem"
import type * as Path from "@effect/platform/Path"
import type * as Run from "@effect-glowmarkt/runner/Run"
import type * as RunStore from "@effect-glowmarkt/runner/RunStore"
import * as RunStoreError from "@effect-glowmarkt/runner/RunStoreError"
import * as SqliteRunStore from "@effect-glowmarkt/runner/SqliteRunStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Lazy from "../args/Lazy.js"
import type { StoreFlags } from "../args/RunFlags.js"
import { type CommandError, UsageError } from "../exit/CommandError.js"
import * as PidFile from "./PidFile.js"
import * as StorePath from "./StorePath.js"
import * as StoreSelection from "./StoreSelection.js"

const withHolder = (error: RunStoreError.RunStoreError) =>
  error.reason === "inUse" && error.user === undefined
    ? Effect.map(
        PidFile.describeHolder(error.file),
        Option.match({
          onNone: () => error,
          onSome: (detail) => new RunStoreError.RunStoreError({ reason: error.reason, file: error.file, detail })
        })
      )
    : Effect.succeed(error)

// These errors mean that the file is not a usable store, so no process can be using it.
const unusable: ReadonlyArray<RunStoreError.Reason> = [
  "notADatabase",
  "cannotOpen",
  "notWritable",
  "notPrivate",
  "severalNames"
]

/** Removes the lock file if this process created it and the store turns out to be unusable. */
const withoutStaleLock = (file: string) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const lock = `${file}-lock`
    const wasThere = yield* Effect.orElseSucceed(files.exists(lock), () => true)
    return Layer.tapError(SqliteRunStore.layer(file), ({ reason }) =>
      wasThere || !unusable.includes(reason) ? Effect.void : Effect.ignore(files.remove(lock))
    )
  }).pipe(Layer.unwrapEffect)

/**
 * Opens the store for this process alone. If it is in use, the error names the process and run that
 * hold it, where they are known.
 *
 * @since 0.1.0
 * @category layers
 */
export const exclusive = (file: string, runId: Option.Option<Run.RunId>) =>
  Layer.provideMerge(
    Layer.scopedDiscard(PidFile.writeHolder(file, runId)),
    Layer.catchAll(withoutStaleLock(file), (error) => Layer.unwrapEffect(Effect.map(withHolder(error), Layer.fail)))
  )

/**
 * Opens the store in this file, or the default store, for reading.
 *
 * @since 0.1.0
 * @category layers
 */
export const fileReader = Effect.fnUntraced(function* (store: Option.Option<string>) {
  const file = yield* StorePath.locate(store)
  const files = yield* FileSystem.FileSystem
  if (yield* files.exists(file)) return SqliteRunStore.layerShared(file)
  return yield* new UsageError({ message: `No run store at ${file}.\nPass --store FILE.` })
})

const cluster = Lazy.module(() => import("./ClusterLayer.js"))

/**
 * Opens the store for reading, even while other processes are using it. Never creates one.
 *
 * @since 0.1.0
 * @category layers
 */
export const reader = (flags: StoreFlags) =>
  Effect.flatMap(
    StoreSelection.select(flags),
    (
      selection
    ): Effect.Effect<
      Layer.Layer<RunStore.RunStore, RunStoreError.RunStoreError>,
      CommandError,
      FileSystem.FileSystem | Path.Path
    > =>
      selection._tag === "File" ? fileReader(selection.store) : Effect.map(cluster, ({ reader }) => reader(selection))
  )
