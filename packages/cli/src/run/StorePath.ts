/**
 * Where the file of the run store is: `--store FILE`, or `glowmarkt/runs.db` in the user's state
 * directory.
 *
 * @since 0.1.0
 */
import { userInfo } from "node:os"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { UsageError } from "../exit/CommandError.js"
import * as Directory from "../files/Directory.js"
import * as OutputFile from "../files/OutputFile.js"

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

/**
 * Returns the absolute path of the store: `--store`, or else the default path.
 *
 * @since 0.1.0
 * @category constructors
 */
export const locate = Effect.fnUntraced(function* (store: Option.Option<string>) {
  const path = yield* Path.Path
  if (Option.isSome(store)) return path.resolve(store.value)
  return path.join(yield* stateDirectory, "glowmarkt", "runs.db")
})

/**
 * Returns the absolute path of the store to write to. Creates the default directory, checks that
 * the file can be written, and resolves links.
 *
 * @since 0.1.0
 * @category constructors
 */
export const prepare = Effect.fnUntraced(function* (store: Option.Option<string>) {
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
