/**
 * Creates directories one level at a time. Node's recursive `mkdir` loops forever if the system
 * returns ENOENT for the first level (`/proc/x`).
 *
 * @since 0.1.0
 */
import * as PlatformError from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

const notADirectory = (path: string) =>
  new PlatformError.SystemError({
    reason: "BadResource",
    module: "FileSystem",
    method: "makeDirectory",
    pathOrDescriptor: path,
    description: "ENOTDIR: makeDirectory"
  })

/**
 * Creates the directory and its missing parents. `mode` applies to the directories it creates.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  path: string,
  options: FileSystem.MakeDirectoryOptions = {}
): Effect.Effect<void, PlatformError.PlatformError, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const { dirname } = yield* Path.Path
    const found = Effect.option(files.stat(path))
    const before = yield* found
    if (Option.isSome(before)) {
      return before.value.type === "Directory" ? undefined : yield* notADirectory(path)
    }
    if (dirname(path) !== path) yield* make(dirname(path), options)
    // Another process may have created it in the meantime.
    yield* Effect.catchIf(
      files.makeDirectory(path, options),
      (error) => error._tag === "SystemError" && error.reason === "AlreadyExists",
      (error) =>
        Effect.flatMap(found, (after) =>
          Option.exists(after, ({ type }) => type === "Directory") ? Effect.void : Effect.fail(error)
        )
    )
  })
