/**
 * Where runs are kept unless `--store` says otherwise.
 *
 * @since 0.1.0
 */

import { homedir } from "node:os"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

const stateDirectory = Effect.gen(function* () {
  const path = yield* Path.Path
  const named = yield* Config.option(Config.nonEmptyString("XDG_STATE_HOME"))
  // A relative path there is invalid and to be ignored: the XDG specification says so.
  const absolute = Option.filter(named, path.isAbsolute)
  return Option.getOrElse(absolute, () => path.join(homedir(), ".local", "state"))
})

/**
 * The store as an absolute path, in a directory that exists.
 *
 * @since 0.1.0
 * @category constructors
 */
export const file = Effect.fnUntraced(function* (named: Option.Option<string>) {
  const path = yield* Path.Path
  if (Option.isSome(named)) return path.resolve(named.value)
  const directory = path.join(yield* stateDirectory, "glowmarkt")
  const files = yield* FileSystem.FileSystem
  yield* files.makeDirectory(directory, { recursive: true })
  return path.join(directory, "runs.db")
})
