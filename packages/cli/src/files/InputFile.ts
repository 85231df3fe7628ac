/**
 * Reads a file named on the command line, or standard input for `-`, as bytes whose encoding is not
 * yet known.
 *
 * @since 0.1.0
 */
import { open } from "node:fs"
import { Socket } from "node:net"
import { promisify } from "node:util"
import * as PlatformError from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeStream from "@effect/platform-node/NodeStream"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as StandardInput from "../args/StandardInput.js"
import { UsageError } from "../exit/CommandError.js"
import * as Prompt from "../terminal/Prompt.js"

const standardInput = Effect.map(
  Prompt.Input,
  ({ bytes, kind }): Stream.Stream<Uint8Array, PlatformError.PlatformError | UsageError> =>
    kind === "terminal"
      ? Stream.fail(
          new UsageError({
            message: "- reads standard input, which is a terminal.\nPass a file name, or pipe a file in."
          })
        )
      : bytes
)

const systemError = (name: string) => (cause: unknown) =>
  new PlatformError.SystemError({
    reason: "Unknown",
    module: "Stream",
    method: "read",
    pathOrDescriptor: name,
    cause,
    description: cause instanceof Error ? cause.message : String(cause)
  })

const openFile = promisify(open)

/**
 * Reads a pipe as a socket, which waits for data without a thread. A thread blocked on the pipe
 * would keep the process alive.
 */
const pipe = (name: string) =>
  Effect.map(Effect.tryPromise({ try: () => openFile(name, "r"), catch: systemError(name) }), (fd) =>
    NodeStream.fromReadable<PlatformError.PlatformError, Uint8Array>(
      () => new Socket({ fd, readable: true, writable: false }),
      systemError(name)
    )
  )

/**
 * Reads the bytes of a file or a pipe, such as the one whose name a shell passes for `<(zcat
 * accounts.ndjson.gz)`.
 *
 * @since 0.1.0
 * @category constructors
 */
export const file = (name: string): Stream.Stream<Uint8Array, PlatformError.PlatformError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const { type } = yield* files.stat(name)
    // FileSystem reads at a position, and a pipe has no positions.
    return type === "FIFO" ? yield* pipe(name) : files.stream(name)
  }).pipe(
    Stream.unwrap,
    // Read errors name the file descriptor; replace it with the path.
    Stream.mapError((error) =>
      error._tag === "SystemError" ? new PlatformError.SystemError({ ...error, pathOrDescriptor: name }) : error
    )
  )

/**
 * Reads the {@link file} of this name, or standard input if the name is `-`.
 *
 * @since 0.1.0
 * @category constructors
 */
export const bytes = (
  name: string
): Stream.Stream<Uint8Array, PlatformError.PlatformError | UsageError, Prompt.Input | FileSystem.FileSystem> =>
  name === StandardInput.placeholder ? Stream.unwrap(standardInput) : file(name)
