/**
 * Files that are being written, under names that nobody can foresee, so that nothing planted there is followed or written over.
 * `kill -9` leaves them behind, with personal data in them: the next run into the same directory removes them.
 *
 * @since 0.1.0
 */
import { randomBytes } from "node:crypto"
import type * as PlatformError from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as ProcessId from "../run/ProcessId.js"

const nameOf = /\.(\d+)-[0-9a-f]{16}\.part$/

/**
 * A new name beside the file.
 *
 * @since 0.1.0
 * @category constructors
 */
export const beside = (path: string): Effect.Effect<string> =>
  Effect.sync(() => `${path}.${process.pid}-${randomBytes(8).toString("hex")}.part`)

/**
 * Removes what processes that are gone left in the directory.
 *
 * @since 0.1.0
 * @category running
 */
export const clean = (
  directory: string
): Effect.Effect<void, PlatformError.PlatformError, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const { join } = yield* Path.Path
    const names = yield* files.readDirectory(directory)
    const left = names.filter((name) =>
      Option.exists(Option.fromNullable(nameOf.exec(name)?.[1]), (pid) => !ProcessId.isAlive(Number(pid)))
    )
    yield* Effect.forEach(left, (name) => files.remove(join(directory, name)), { discard: true })
  }).pipe(
    // A directory that only its owner may read, or a file of somebody else: nothing of ours.
    Effect.catchTag("SystemError", () => Effect.void)
  )
