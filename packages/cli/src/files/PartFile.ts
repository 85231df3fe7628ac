/**
 * Temporary files with unpredictable names, so that a planted file or link is never followed. After
 * `kill -9` they remain, with personal data in them, until the next run into the same directory
 * removes them.
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

const pattern = /\.(\d+)-[0-9a-f]{16}\.part$/

/**
 * Returns a new name for a temporary file in the same directory.
 *
 * @since 0.1.0
 * @category constructors
 */
export const beside = (path: string): Effect.Effect<string> =>
  Effect.sync(() => `${path}.${process.pid}-${randomBytes(8).toString("hex")}.part`)

/**
 * Removes the temporary files of dead processes from the directory.
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
      Option.exists(Option.fromNullable(pattern.exec(name)?.[1]), (pid) => !ProcessId.isAlive(Number(pid)))
    )
    yield* Effect.forEach(left, (name) => files.remove(join(directory, name)), { discard: true })
  }).pipe(
    // An unreadable directory, or another user's file: not ours to remove.
    Effect.catchTag("SystemError", () => Effect.void)
  )
