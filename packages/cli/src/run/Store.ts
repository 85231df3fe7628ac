/**
 * Where runs are kept, unless `--store` says otherwise, and who may work on them.
 *
 * @since 0.1.0
 */

import { userInfo } from "node:os"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import { type Run, RunStoreError } from "@effect-glowmarkt/runner"
import * as SqliteRunStore from "@effect-glowmarkt/runner/SqliteRunStore"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { UsageError } from "../exit/CommandError.js"
import * as Directory from "../files/Directory.js"
import * as OutputFile from "../files/OutputFile.js"
import * as StoreLock from "./StoreLock.js"

const remedy = "Say where runs are kept with --store FILE, or set HOME or XDG_STATE_HOME."

/** As the password database says it; a user id that a container made up has no entry there. */
const homeOfUser = Effect.try({
  try: () => userInfo().homedir,
  catch: () => new UsageError({ message: `HOME is not set, and this user has no home directory.\n${remedy}` })
})

const stateDirectory = Effect.gen(function* () {
  const path = yield* Path.Path
  const variable = (name: string) => Config.option(Config.nonEmptyString(name))
  // A relative path there is invalid and to be ignored: the XDG specification says so.
  const state = Option.filter(yield* variable("XDG_STATE_HOME"), path.isAbsolute)
  if (Option.isSome(state)) return state.value
  const home = Option.filter(yield* variable("HOME"), path.isAbsolute)
  return path.join(Option.isSome(home) ? home.value : yield* homeOfUser, ".local", "state")
})

/** The store as an absolute path. */
const locate = Effect.fnUntraced(function* (named: Option.Option<string>) {
  const path = yield* Path.Path
  if (Option.isSome(named)) return path.resolve(named.value)
  return path.join(yield* stateDirectory, "glowmarkt", "runs.db")
})

/**
 * The store to work on, as an absolute path in a directory that exists.
 *
 * @since 0.1.0
 * @category constructors
 */
export const file = Effect.fnUntraced(function* (named: Option.Option<string>) {
  const path = yield* Path.Path
  const file = yield* locate(named)
  // What is kept there has names and e-mail addresses in it.
  if (Option.isNone(named)) yield* Directory.make(path.dirname(file), { mode: 0o700 })
  // Before the lock is laid beside it.
  yield* OutputFile.check(file)
  // Under the name that the lock, and the note of its holder, stand beside.
  const files = yield* FileSystem.FileSystem
  return yield* Effect.orElseSucceed(files.realPath(file), () => file)
})

const withHolder = (error: RunStoreError.RunStoreError) =>
  error.reason === "inUse" && error.user === undefined
    ? Effect.map(
        StoreLock.find(error.file),
        Option.match({
          onNone: () => error,
          onSome: (detail) => new RunStoreError.RunStoreError({ reason: error.reason, file: error.file, detail })
        })
      )
    : Effect.succeed(error)

// Nobody can be working on what is no store.
const hopeless: ReadonlyArray<RunStoreError.Reason> = [
  "notADatabase",
  "cannotOpen",
  "notWritable",
  "notPrivate",
  "severalNames"
]

/** A lock that was laid only to find this out is not left behind. */
const withoutLitter = (file: string) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const lock = `${file}-lock`
    const wasThere = yield* Effect.orElseSucceed(files.exists(lock), () => true)
    return Layer.tapError(SqliteRunStore.layer(file), ({ reason }) =>
      wasThere || !hopeless.includes(reason) ? Effect.void : Effect.ignore(files.remove(lock))
    )
  }).pipe(Layer.unwrapEffect)

/**
 * The store, for this process alone. Whoever is kept out is told who is in.
 *
 * @since 0.1.0
 * @category layers
 */
export const exclusive = (file: string, runId: Option.Option<Run.RunId>) =>
  Layer.provideMerge(
    Layer.scopedDiscard(StoreLock.hold(file, runId)),
    Layer.catchAll(withoutLitter(file), (error) => Layer.unwrapEffect(Effect.map(withHolder(error), Layer.fail)))
  )

/**
 * The store to look at, also while another process works on it. Nothing is created by looking.
 *
 * @since 0.1.0
 * @category layers
 */
export const reader = Effect.fnUntraced(function* (named: Option.Option<string>) {
  const store = yield* locate(named)
  const files = yield* FileSystem.FileSystem
  if (yield* files.exists(store)) return SqliteRunStore.layerShared(store)
  return yield* new UsageError({ message: `There is no run store ${store}.\nSay which: --store FILE.` })
})
