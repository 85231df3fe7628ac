/**
 * Opens the run store: the default file or `--store`, exclusive or for reading.
 *
 * @since 0.1.0
 */

import { userInfo } from "node:os"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import type * as Run from "@effect-glowmarkt/runner/Run"
import type * as RunStore from "@effect-glowmarkt/runner/RunStore"
import * as RunStoreError from "@effect-glowmarkt/runner/RunStoreError"
import * as SqliteRunStore from "@effect-glowmarkt/runner/SqliteRunStore"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Lazy from "../args/Lazy.js"
import type { StoreFlags } from "../args/RunFlags.js"
import { type CommandError, UsageError } from "../exit/CommandError.js"
import * as Directory from "../files/Directory.js"
import * as OutputFile from "../files/OutputFile.js"
import * as PidFile from "./PidFile.js"
import * as StoreSelection from "./StoreSelection.js"

const remedy = "Pass --store FILE, or set HOME or XDG_STATE_HOME."

/**
 * Reads the home directory from the password database. Some containers run under user ids that it
 * lacks.
 */
const homeOfUser = Effect.try({
  try: () => userInfo().homedir,
  catch: () => new UsageError({ message: `HOME is not set, and this user has no home directory.\n${remedy}` })
})

const stateDirectory = Effect.gen(function* () {
  const path = yield* Path.Path
  const variable = (name: string) => Config.option(Config.nonEmptyString(name))
  // The XDG specification says to ignore relative paths.
  const state = Option.filter(yield* variable("XDG_STATE_HOME"), path.isAbsolute)
  if (Option.isSome(state)) return state.value
  const home = Option.filter(yield* variable("HOME"), path.isAbsolute)
  return path.join(Option.isSome(home) ? home.value : yield* homeOfUser, ".local", "state")
})

/** Returns the absolute path of the store. */
const locate = Effect.fnUntraced(function* (store: Option.Option<string>) {
  const path = yield* Path.Path
  if (Option.isSome(store)) return path.resolve(store.value)
  return path.join(yield* stateDirectory, "glowmarkt", "runs.db")
})

/**
 * Returns the absolute path of the store to write to, and creates the default directory.
 *
 * @since 0.1.0
 * @category constructors
 */
export const file = Effect.fnUntraced(function* (store: Option.Option<string>) {
  const path = yield* Path.Path
  const file = yield* locate(store)
  // Only its owner can read it, because results contain names and e-mail addresses.
  if (Option.isNone(store)) yield* Directory.make(path.dirname(file), { mode: 0o700 })
  // Before a lock file is created beside it.
  yield* OutputFile.check(file)
  // The lock and its note are created beside the real file, not beside a link to it.
  const files = yield* FileSystem.FileSystem
  return yield* Effect.orElseSucceed(files.realPath(file), () => file)
})

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
  const file = yield* locate(store)
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
