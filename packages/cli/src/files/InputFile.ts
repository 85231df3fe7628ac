/**
 * A file named on the command line, or standard input where the name is `-`: as bytes, since nobody knows yet how they are encoded.
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
            message: "Standard input is a terminal, and - takes a file from there.\nName a file, or pipe one in."
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

/** A socket waits for data outside of Node's threads: a thread that waits would keep the process from ending. */
const pipe = (name: string) =>
  Effect.map(Effect.tryPromise({ try: () => openFile(name, "r"), catch: systemError(name) }), (fd) =>
    NodeStream.fromReadable<PlatformError.PlatformError, Uint8Array>(
      () => new Socket({ fd, readable: true, writable: false }),
      systemError(name)
    )
  )

/**
 * What a file holds, and what a pipe yields: a shell gives `<(zcat accounts.ndjson.gz)` a name like any file's.
 *
 * @since 0.1.0
 * @category reading
 */
export const file = (name: string): Stream.Stream<Uint8Array, PlatformError.PlatformError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const { type } = yield* files.stat(name)
    // The service reads at positions, which pipes do not have.
    return type === "FIFO" ? yield* pipe(name) : files.stream(name)
  }).pipe(
    Stream.unwrap,
    // Reading fails by the number of the open file, which says nothing to the person who named it.
    Stream.mapError((error) =>
      error._tag === "SystemError" ? new PlatformError.SystemError({ ...error, pathOrDescriptor: name }) : error
    )
  )

/**
 * The {@link file} of this name, or standard input.
 *
 * @since 0.1.0
 * @category reading
 */
export const bytes = (
  name: string
): Stream.Stream<Uint8Array, PlatformError.PlatformError | UsageError, Prompt.Input | FileSystem.FileSystem> =>
  name === StandardInput.word ? Stream.unwrap(standardInput) : file(name)
