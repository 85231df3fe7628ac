/**
 * Files with names and e-mail addresses in them: for their owner only, and there as a whole or not at all.
 *
 * @since 0.1.0
 */
import * as PlatformError from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

const ownerOnly = 0o600

/** Of a file that is open the system knows only the number. */
const named = (path: string) => (error: PlatformError.PlatformError) =>
  error._tag === "SystemError"
    ? new PlatformError.SystemError({
        reason: error.reason,
        module: error.module,
        method: error.method,
        pathOrDescriptor: path,
        cause: error.cause,
        ...(error.description === undefined ? {} : { description: error.description }),
        ...(error.syscall === undefined ? {} : { syscall: error.syscall })
      })
    : error

type Bytes<E, R> = Stream.Stream<Uint8Array, E, R>

const fill = <E, R>(place: string, path: string, bytes: Bytes<E, R>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      const file = yield* files.open(place, { flag: "w", mode: ownerOnly })
      // The file system takes a write of nothing for a full disk.
      yield* Stream.runForEach(
        Stream.filter(bytes, ({ length }) => length > 0),
        (chunk) => Effect.mapError(file.writeAll(chunk), named(path))
      )
      // Otherwise a power failure could leave an empty file in the place of a full one.
      if (place !== path) yield* Effect.mapError(file.sync, named(path))
    })
  )

const replace = <E, R>(path: string, bytes: Bytes<E, R>) =>
  Effect.flatMap(FileSystem.FileSystem, (files) => {
    const beside = `${path}.${process.pid}.part`
    return fill(beside, path, bytes).pipe(
      Effect.zipRight(files.rename(beside, path)),
      Effect.onExit((exit) => (Exit.isSuccess(exit) ? Effect.void : Effect.ignore(files.remove(beside))))
    )
  })

/** What is there under this name, links followed. */
const found = (path: string) =>
  Effect.flatMap(FileSystem.FileSystem, (files) =>
    Effect.zip(files.realPath(path), files.stat(path)).pipe(
      Effect.map(([real, { type }]) => ({ real, type })),
      Effect.option
    )
  )

const refused = (path: string, method: string, code: string, reason: PlatformError.SystemErrorReason) =>
  new PlatformError.SystemError({
    reason,
    module: "FileSystem",
    method,
    pathOrDescriptor: path,
    description: `${code}: ${method}`
  })

/** One after the other from the top: where none can be made, being asked for all at once the system tries for ever (`/proc/x`). */
const make = (path: string): Effect.Effect<void, PlatformError.PlatformError, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const { dirname } = yield* Path.Path
    const there = yield* found(path)
    if (Option.isSome(there)) {
      return there.value.type === "Directory" ? undefined : yield* refused(path, "mkdir", "ENOTDIR", "BadResource")
    }
    if (dirname(path) !== path) yield* make(dirname(path))
    yield* files.makeDirectory(path)
  })

const isNoDirectory = (path: string) =>
  Effect.flatMap(found(path), (there) =>
    Option.exists(there, ({ type }) => type === "Directory")
      ? refused(path, "open", "EISDIR", "BadResource")
      : Effect.void
  )

/**
 * That the file can be written: there is a directory for it that can be written to, and none in its place.
 *
 * @since 0.1.0
 * @category checking
 */
export const check = (
  path: string
): Effect.Effect<void, PlatformError.PlatformError, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const { dirname, resolve } = yield* Path.Path
    yield* files.access(dirname(resolve(path)), { writable: true })
    yield* isNoDirectory(path)
  })

/**
 * Makes the directory, and sees that these files can be written into it: before anything else, so that a long run does not end
 * with nowhere to go.
 *
 * @since 0.1.0
 * @category writing
 */
export const directory = (
  path: string,
  names: ReadonlyArray<string>
): Effect.Effect<void, PlatformError.PlatformError, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const { join, resolve } = yield* Path.Path
    yield* make(resolve(path))
    yield* Effect.forEach(names, (name) => check(join(path, name)), { discard: true })
  })

/**
 * Writes beside the file and puts it in its place at the end, so that a full disk or an interruption leaves what was there before;
 * what is no file (`/dev/stdout`, a pipe) is written to as it is. An error names `path`, whatever went wrong.
 *
 * @since 0.1.0
 * @category writing
 */
export const write = <E, R>(
  path: string,
  bytes: Stream.Stream<Uint8Array, E, R>
): Effect.Effect<void, E | PlatformError.PlatformError, R | FileSystem.FileSystem> =>
  Effect.flatMap(
    found(path),
    Option.match({
      onNone: () => Effect.asVoid(replace(path, bytes)),
      onSome: ({ real, type }) => Effect.asVoid(type === "File" ? replace(real, bytes) : fill(path, path, bytes))
    })
  )
