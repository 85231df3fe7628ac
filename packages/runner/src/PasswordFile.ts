/**
 * The file that new passwords are written to: one `username=password` per line, readable by its
 * owner only. A line is on disk before its password is used, so a crash cannot lose one.
 * `file:PATH#USERNAME` refers to a password in it; see `Secrets`.
 *
 * @since 0.1.0
 */

import * as FileSystem from "@effect/platform/FileSystem"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { absolutePath, directoryOf } from "./internal/flows/absolutePath.js"
import * as PrivateFile from "./PrivateFile.js"
import { parseNamed } from "./Secrets.js"
import * as StrictText from "./StrictText.js"

/**
 * The file cannot be used. No password was changed without a line in the file.
 *
 * @since 0.1.0
 * @category errors
 */
export class PasswordFileError extends Schema.TaggedError<PasswordFileError>(
  "@effect-glowmarkt/runner/PasswordFileError"
)("PasswordFileError", { path: Schema.String, problem: Schema.String }) {
  override get message() {
    return `${this.path}: ${this.problem}`
  }
}

/**
 * The service behind the tag {@link PasswordFile}.
 *
 * @since 0.1.0
 * @category models
 */
export interface PasswordFileService {
  /**
   * Returns the password stored for a user, or `None` if there is none. It may not be in use yet.
   */
  readonly find: (username: string) => Option.Option<Redacted.Redacted>
  /** Stores a password, and returns once it is on disk. */
  readonly put: (username: string, password: Redacted.Redacted) => Effect.Effect<void, PasswordFileError>
}

/**
 * The file that new passwords are written to.
 *
 * @since 0.1.0
 * @category services
 */
export class PasswordFile extends Context.Tag("@effect-glowmarkt/runner/PasswordFile")<
  PasswordFile,
  PasswordFileService
>() {}

const read = (path: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const failed = ({ message }: Error) => new PasswordFileError({ path, problem: message })
    if (!(yield* Effect.mapError(fs.exists(path), failed))) {
      return Option.none<string>()
    }
    const { mode, uid } = yield* Effect.mapError(fs.stat(path), failed)
    const exposed = PrivateFile.problem(path, { mode, uid: Option.getOrElse(uid, () => 0) })
    if (exposed !== undefined) return yield* new PasswordFileError({ path, problem: exposed })
    const bytes = yield* Effect.mapError(fs.readFile(path), failed)
    const text = yield* Effect.mapError(
      StrictText.decode(bytes),
      (problem) => new PasswordFileError({ path, problem: `the file ${problem}. Save it as UTF-8` })
    )
    // Lines are appended as UTF-8, so the file must not have a byte order mark or be UTF-16.
    if (Buffer.byteLength(text) !== bytes.length) {
      return yield* new PasswordFileError({
        path,
        problem: "the file begins with a byte order mark. Save it as UTF-8 without one"
      })
    }
    return Option.some(text)
  })

/**
 * Drops a last line without a line break: a crash truncated it, and its password was never used.
 */
const wholeLines = (content: string) => content.slice(0, content.lastIndexOf("\n") + 1)

const findIn = (passwords: ReadonlyMap<string, string>) => (username: string) =>
  Option.map(Option.fromNullable(passwords.get(username)), Redacted.make)

/**
 * Refuses a file that the current passwords are read from. Users would appear to have the new
 * password already, so there would be nothing to rotate.
 *
 * @example
 * ```ts
 * import { PasswordFile } from "@effect-glowmarkt/runner"
 *
 * const checked = PasswordFile.ensureNotSource("new-passwords", ["current-passwords"])
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const ensureNotSource = Effect.fn("PasswordFile.ensureNotSource")(function* (
  path: string,
  current: Iterable<string>
): Effect.fn.Return<void, PasswordFileError, FileSystem.FileSystem> {
  const fs = yield* FileSystem.FileSystem
  // The path of a file that does not exist yet cannot be resolved, so it is only made absolute.
  const real = (path: string) => Effect.orElseSucceed(fs.realPath(path), () => absolutePath(path))
  const own = yield* real(path)
  for (const other of new Set(current)) {
    if ((yield* real(other)) === own) {
      return yield* new PasswordFileError({
        path,
        problem: "the current passwords are read from this file. Use another file for the new passwords"
      })
    }
  }
})

/** Checks that the file is writable or, if it does not exist, that its directory is. */
const checkWritable = (path: string, content: Option.Option<string>) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const directory = directoryOf(path)
    const target = Option.isSome(content) ? path : directory
    if (Option.isNone(content) && !(yield* Effect.orElseSucceed(fs.exists(directory), () => false))) {
      return yield* new PasswordFileError({ path, problem: `no such directory: ${directory}. Create it first` })
    }
    yield* Effect.mapError(
      fs.access(target, { writable: true }),
      () => new PasswordFileError({ path, problem: `${target} is not writable. Check its permissions` })
    )
  })

/**
 * Reads the file, if it exists, and checks that applying the plan could open it. Use it for
 * planning.
 *
 * @example
 * ```ts
 * import { PasswordFile } from "@effect-glowmarkt/runner"
 * import { Effect } from "effect"
 *
 * const existing = (username: string) =>
 *   Effect.map(PasswordFile.openReadOnly("new-passwords"), (file) => file.find(username))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const openReadOnly = (
  path: string
): Effect.Effect<PasswordFileService, PasswordFileError, FileSystem.FileSystem> =>
  Effect.map(
    Effect.tap(read(path), (content) => checkWritable(path, content)),
    (content) => ({
      find: findIn(parseNamed(wholeLines(Option.getOrElse(content, () => "")))),
      put: () => Effect.fail(new PasswordFileError({ path, problem: "the file was opened for reading only" }))
    })
  )

/**
 * Opens or creates the file for the lifetime of the scope.
 *
 * @example
 * ```ts
 * import { NewPassword, PasswordFile } from "@effect-glowmarkt/runner"
 * import { Effect } from "effect"
 *
 * const store = (username: string) =>
 *   Effect.gen(function* () {
 *     const file = yield* PasswordFile.open("new-passwords")
 *     yield* file.put(username, yield* NewPassword.generate)
 *   }).pipe(Effect.scoped)
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const open = Effect.fn("PasswordFile.open")(function* (
  path: string
): Effect.fn.Return<PasswordFileService, PasswordFileError, FileSystem.FileSystem | Scope.Scope> {
  const fs = yield* FileSystem.FileSystem
  const failed = ({ message }: Error) => new PasswordFileError({ path, problem: message })
  const found = yield* read(path)
  const before = Option.getOrElse(found, () => "")
  const kept = wholeLines(before)
  if (kept !== before) {
    yield* Effect.mapError(fs.truncate(path, Buffer.byteLength(kept)), failed)
  }
  const file = yield* Effect.mapError(
    // The flag refuses a file that has appeared in the meantime, because it belongs to another
    // process.
    fs.open(path, { flag: Option.isSome(found) ? "a" : "ax", mode: PrivateFile.ownerOnly }),
    failed
  )
  // Syncs the directory entry as well, so that the file survives a power failure. Not all systems
  // support it.
  yield* Effect.ignore(
    Effect.scoped(Effect.flatMap(fs.open(directoryOf(path), { flag: "r" }), (directory) => directory.sync))
  )
  const turn = yield* Effect.makeSemaphore(1)
  const passwords = new Map(parseNamed(kept))
  return {
    find: findIn(passwords),
    put: (username, password) => {
      const line = new TextEncoder().encode(`${username}=${Redacted.value(password)}\n`)
      return Effect.zipRight(file.writeAll(line), file.sync).pipe(
        Effect.mapError(failed),
        Effect.zipRight(Effect.sync(() => passwords.set(username, Redacted.value(password)))),
        Effect.asVoid,
        // A partial line would be read as a password.
        Effect.uninterruptible,
        turn.withPermits(1)
      )
    }
  }
})
