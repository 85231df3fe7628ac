/**
 * A file named on the command line, or standard input where the name is `-`: as bytes, since nobody knows yet how they are encoded.
 *
 * @since 0.1.0
 */
import * as PlatformError from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
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

/**
 * @since 0.1.0
 * @category reading
 */
export const bytes = (
  name: string
): Stream.Stream<Uint8Array, PlatformError.PlatformError | UsageError, Prompt.Input | FileSystem.FileSystem> =>
  name === StandardInput.word
    ? Stream.unwrap(standardInput)
    : Stream.unwrap(Effect.map(FileSystem.FileSystem, (files) => files.stream(name))).pipe(
        // Reading fails by the number of the open file, which says nothing to the person who named it.
        Stream.mapError((error) =>
          error._tag === "SystemError" ? new PlatformError.SystemError({ ...error, pathOrDescriptor: name }) : error
        )
      )
