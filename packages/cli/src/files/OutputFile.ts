/**
 * Files with names and e-mail addresses in them: for their owner only, and there as a whole or not at all.
 *
 * @since 0.1.0
 */
import * as PlatformError from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as PrivateFile from "@effect-glowmarkt/runner/PrivateFile"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as StandardInput from "../args/StandardInput.js"
import { UsageError } from "../exit/CommandError.js"
import * as Output from "../terminal/Output.js"
import * as Directory from "./Directory.js"
import * as PartFile from "./PartFile.js"

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

/**
 * How a path is written to.
 *
 * - `standard`: it names a standard stream of this process, which may be a log that others write to.
 * - `special`: a pipe, a terminal, a device. They have no position, and what is there cannot be replaced.
 * - `beside`: a new file takes its place at the end.
 * - `inPlace`: a file that cannot be replaced, because its directory is read-only or it is mounted by itself.
 */
type Way =
  | { readonly _tag: "standard"; readonly stream: "stdout" | "stderr" }
  | { readonly _tag: "special" | "beside" | "inPlace"; readonly path: string }

const refused = (path: string, code: string, reason: PlatformError.SystemErrorReason) =>
  new PlatformError.SystemError({
    reason,
    module: "FileSystem",
    method: "open",
    pathOrDescriptor: path,
    description: `${code}: open`
  })

const standard: Readonly<Record<string, "stdout" | "stderr">> = {
  "/dev/stdout": "stdout",
  "/dev/fd/1": "stdout",
  "/proc/self/fd/1": "stdout",
  "/dev/stderr": "stderr",
  "/dev/fd/2": "stderr",
  "/proc/self/fd/2": "stderr"
}

// `>(gzip)` is such a name, too.
const descriptor = /^(\/dev|\/proc\/self)\/fd\/\d+$/

const ensurePrivate = (path: string, { mode, uid }: FileSystem.File.Info) => {
  const problem = PrivateFile.problem(path, { mode, uid: Option.getOrElse(uid, () => 0) })
  return problem === undefined ? Effect.void : new UsageError({ message: `${path}: ${problem}` })
}

const wayTo = Effect.fnUntraced(function* (
  path: string
): Effect.fn.Return<Way, PlatformError.PlatformError | UsageError, FileSystem.FileSystem | Path.Path> {
  const files = yield* FileSystem.FileSystem
  const { dirname, resolve } = yield* Path.Path
  const absolute = resolve(path)
  const stream = standard[absolute]
  if (stream !== undefined) return { _tag: "standard", stream }
  if (descriptor.test(absolute)) return { _tag: "special", path }

  const found = yield* Effect.option(files.stat(path))
  if (Option.isNone(found)) {
    yield* files.access(dirname(absolute), { writable: true })
    return { _tag: "beside", path }
  }
  const info = found.value
  if (info.type === "Directory") return yield* refused(path, "EISDIR", "BadResource")
  if (info.type !== "File") {
    yield* files.access(path, { writable: true })
    return { _tag: "special", path }
  }
  const real = yield* files.realPath(path)
  const directory = dirname(real)
  const isMounted = (yield* files.stat(directory)).dev !== info.dev
  const isReplaceable = Effect.isSuccess(files.access(directory, { writable: true }))
  if (!isMounted && (yield* isReplaceable)) return { _tag: "beside", path: real }
  yield* files.access(real, { writable: true })
  yield* ensurePrivate(real, info)
  return { _tag: "inPlace", path: real }
})

/**
 * Fails unless the file can be written, and removes what an earlier process left beside it.
 *
 * @since 0.1.0
 * @category checking
 */
export const check = (
  path: string
): Effect.Effect<void, PlatformError.PlatformError | UsageError, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const { dirname } = yield* Path.Path
    const way = yield* wayTo(path)
    if (way._tag === "beside") yield* PartFile.clean(dirname(way.path))
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
): Effect.Effect<void, PlatformError.PlatformError | UsageError, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const { join, resolve } = yield* Path.Path
    yield* Directory.make(resolve(path))
    yield* Effect.forEach(names, (name) => check(join(path, name)), { discard: true })
  })

/**
 * Fails if one of the files to be written is one of those that are read, under whatever name.
 *
 * @since 0.1.0
 * @category checking
 */
export const ensureDistinct = (
  outputs: ReadonlyArray<string>,
  inputs: ReadonlyArray<string>
): Effect.Effect<void, UsageError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const identityOf = (path: string) =>
      Effect.map(Effect.option(files.stat(path === StandardInput.word ? "/dev/stdin" : path)), (found) =>
        Option.flatMap(found, ({ dev, ino, type }) =>
          type === "File" ? Option.map(ino, (ino) => `${dev}:${ino}`) : Option.none()
        )
      )
    for (const output of outputs) {
      const identity = yield* identityOf(output)
      if (Option.isNone(identity)) continue
      for (const input of inputs) {
        if (!Option.contains(yield* identityOf(input), identity.value)) continue
        return yield* new UsageError({
          message: `${output} would be written over ${input}, which this command reads.\nName another file.`
        })
      }
    }
  })

/** `flag`: `wx` follows no link and takes nothing that is there, `a` writes without a position. */
const fill = <E, R>(place: string, flag: "wx" | "w" | "a", path: string, bytes: Bytes<E, R>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      const file = yield* Effect.mapError(files.open(place, { flag, mode: PrivateFile.ownerOnly }), named(path))
      // The file system takes a write of nothing for a full disk.
      yield* Stream.runForEach(
        Stream.filter(bytes, ({ length }) => length > 0),
        (chunk) => Effect.mapError(file.writeAll(chunk), named(path))
      )
      // Otherwise a power failure could leave an empty file in the place of a full one.
      if (flag !== "a") yield* Effect.mapError(file.sync, named(path))
    })
  )

// A file that is mounted by itself, or one of somebody else in a directory like /tmp.
const isIrreplaceable = (error: PlatformError.PlatformError) =>
  error._tag === "SystemError" && /^(EBUSY|EPERM|EXDEV)\b/.test(error.description ?? "")

const replace = <E, R>(path: string, bytes: Bytes<E, R>) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const part = yield* PartFile.beside(path)
    const copy = Effect.gen(function* () {
      yield* ensurePrivate(path, yield* files.stat(path))
      yield* fill(path, "w", path, files.stream(part))
      yield* files.remove(part)
    })
    yield* fill(part, "wx", path, bytes).pipe(
      Effect.zipRight(Effect.catchIf(files.rename(part, path), isIrreplaceable, () => copy)),
      Effect.onExit((exit) => (Exit.isSuccess(exit) ? Effect.void : Effect.ignore(files.remove(part))))
    )
  })

/**
 * Writes beside the file and puts it in its place at the end, so that a full disk or an interruption leaves what was there before;
 * what is no file (`/dev/stdout`, a pipe) or cannot be replaced is written to as it is. An error names `path`, whatever went wrong.
 *
 * @since 0.1.0
 * @category writing
 */
export const write = <E, R>(
  path: string,
  bytes: Stream.Stream<Uint8Array, E, R>
): Effect.Effect<
  void,
  E | PlatformError.PlatformError | UsageError,
  R | FileSystem.FileSystem | Path.Path | Output.Output
> =>
  Effect.gen(function* () {
    const way = yield* wayTo(path)
    switch (way._tag) {
      case "standard": {
        const sink = (yield* Output.Output)[way.stream]
        return yield* Stream.runForEach(Stream.decodeText(bytes), sink.write)
      }
      case "special":
        return yield* fill(way.path, "a", path, bytes)
      case "inPlace":
        return yield* fill(way.path, "w", path, bytes)
      case "beside":
        return yield* replace(way.path, bytes)
    }
  })
