/**
 * Writes files that contain names and e-mail addresses: readable only by their owner, and
 * atomically.
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

/** Puts the path into an error on an open file, which has only the file's descriptor. */
const withPath = (path: string) => (error: PlatformError.PlatformError) =>
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
 * How to write to a path.
 *
 * - `standard`: a standard stream of this process, which may be a log shared with other processes.
 * - `special`: a pipe, a terminal or a device, which has no position and cannot be replaced.
 * - `beside`: write a temporary file beside it, then rename.
 * - `inPlace`: a file that cannot be replaced, because its directory is read-only or it is a mount
 *   point.
 */
type WriteMethod =
  | { readonly _tag: "standard"; readonly stream: "stdout" | "stderr" }
  | { readonly _tag: "special" | "beside" | "inPlace"; readonly path: string }

const systemError = (path: string, code: string, reason: PlatformError.SystemErrorReason) =>
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

// This includes the name that a shell passes for `>(gzip)`.
const descriptor = /^(\/dev|\/proc\/self)\/fd\/\d+$/

const ensurePrivate = (path: string, { mode, uid }: FileSystem.File.Info) => {
  const problem = PrivateFile.problem(path, { mode, uid: Option.getOrElse(uid, () => 0) })
  return problem === undefined ? Effect.void : new UsageError({ message: `${path}: ${problem}` })
}

const writeMethod = Effect.fnUntraced(function* (
  path: string
): Effect.fn.Return<WriteMethod, PlatformError.PlatformError | UsageError, FileSystem.FileSystem | Path.Path> {
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
  if (info.type === "Directory") return yield* systemError(path, "EISDIR", "BadResource")
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
 * Fails unless the file can be written. Removes temporary files that dead processes left beside it.
 *
 * @since 0.1.0
 * @category running
 */
export const check = (
  path: string
): Effect.Effect<void, PlatformError.PlatformError | UsageError, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const { dirname } = yield* Path.Path
    const method = yield* writeMethod(path)
    if (method._tag === "beside") yield* PartFile.clean(dirname(method.path))
  })

/**
 * Creates the directory and fails unless these files can be written into it. Called before a long
 * run, so that its results can be saved at the end.
 *
 * @since 0.1.0
 * @category running
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
 * Fails if an output is also an input, even under another name.
 *
 * @since 0.1.0
 * @category running
 */
export const ensureDistinct = (
  outputs: ReadonlyArray<string>,
  inputs: ReadonlyArray<string>
): Effect.Effect<void, UsageError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const identityOf = (path: string) =>
      Effect.map(Effect.option(files.stat(path === StandardInput.placeholder ? "/dev/stdin" : path)), (found) =>
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
          message: `${output} would overwrite ${input}, which this command reads.\nChoose another file.`
        })
      }
    }
  })

/**
 * Writes all data to the path. With the flag `wx`, it follows no link and refuses an existing file;
 * with `a`, it needs no position.
 */
const fill = <E, R>(target: string, flag: "wx" | "w" | "a", path: string, bytes: Bytes<E, R>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      const file = yield* Effect.mapError(files.open(target, { flag, mode: PrivateFile.ownerOnly }), withPath(path))
      // Effect's FileSystem reports an empty write as a full disk.
      yield* Stream.runForEach(
        Stream.filter(bytes, ({ length }) => length > 0),
        (chunk) => Effect.mapError(file.writeAll(chunk), withPath(path))
      )
      // Without the sync, a power failure could leave an empty file after the rename.
      if (flag !== "a") yield* Effect.mapError(file.sync, withPath(path))
    })
  )

// Renaming fails for a mount point, and for another user's file in a directory like /tmp.
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
 * Writes a temporary file and renames it, so that a full disk or an interruption leaves the old
 * file intact. Pipes, devices (`/dev/stdout`) and files that cannot be replaced are written in
 * place. Every error names `path`.
 *
 * @since 0.1.0
 * @category running
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
    const method = yield* writeMethod(path)
    switch (method._tag) {
      case "standard": {
        const sink = (yield* Output.Output)[method.stream]
        return yield* Stream.runForEach(Stream.decodeText(bytes), sink.write)
      }
      case "special":
        return yield* fill(method.path, "a", path, bytes)
      case "inPlace":
        return yield* fill(method.path, "w", path, bytes)
      case "beside":
        return yield* replace(method.path, bytes)
    }
  })
