/**
 * The file that new passwords are written to: `username=password` a line, for its owner only. A line is on the disk before
 * the password it holds is given to anybody, so that no crash loses one. `file:PATH#USERNAME` refers to it, see `Secrets`.
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
import { named } from "./Secrets.js"
import * as StrictText from "./StrictText.js"

/**
 * The file cannot be used. No password was changed for which it has no line.
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
 * - `find` is the password of a user that is on the disk: it may hold already, or not yet.
 * - `put` returns when the line is on the disk.
 *
 * @since 0.1.0
 * @category services
 */
export class PasswordFile extends Context.Tag("@effect-glowmarkt/runner/PasswordFile")<
  PasswordFile,
  {
    readonly find: (username: string) => Option.Option<Redacted.Redacted>
    readonly put: (username: string, password: Redacted.Redacted) => Effect.Effect<void, PasswordFileError>
  }
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
      (problem) => new PasswordFileError({ path, problem: `it ${problem}. Save it as UTF-8` })
    )
    // Lines are appended as UTF-8, and a mark or UTF-16 would not be what they follow.
    if (Buffer.byteLength(text) !== bytes.length) {
      return yield* new PasswordFileError({
        path,
        problem: "it begins with a byte order mark. Save it as UTF-8 without one"
      })
    }
    return Option.some(text)
  })

/** A line without its end was cut off by a crash: nobody was given that password. */
const whole = (content: string) => content.slice(0, content.lastIndexOf("\n") + 1)

const lookingIn = (known: ReadonlyMap<string, string>) => (username: string) =>
  Option.map(Option.fromNullable(known.get(username)), Redacted.make)

/**
 * Refuses a file that the present passwords are read from. What a rotation wrote there would hold at once, so that the rotation would find
 * nothing to do.
 *
 * @since 0.1.0
 * @category checking
 */
export const ensureOther = Effect.fn("PasswordFile.ensureOther")(function* (
  path: string,
  present: Iterable<string>
): Effect.fn.Return<void, PasswordFileError, FileSystem.FileSystem> {
  const fs = yield* FileSystem.FileSystem
  // A file that does not exist yet has no other name.
  const real = (path: string) => Effect.orElseSucceed(fs.realPath(path), () => absolutePath(path))
  const own = yield* real(path)
  for (const other of new Set(present)) {
    if ((yield* real(other)) === own) {
      return yield* new PasswordFileError({
        path,
        problem: "the present passwords are read from this file. Name another one for the new passwords"
      })
    }
  }
})

/** What opening it will need: a directory to create it in, or leave to write to it. */
const checkWritable = (path: string, content: Option.Option<string>) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const directory = directoryOf(path)
    const place = Option.isSome(content) ? path : directory
    if (Option.isNone(content) && !(yield* Effect.orElseSucceed(fs.exists(directory), () => false))) {
      return yield* new PasswordFileError({ path, problem: `there is no directory ${directory}. Make it first` })
    }
    yield* Effect.mapError(
      fs.access(place, { writable: true }),
      () => new PasswordFileError({ path, problem: `${place} cannot be written to. Check its permissions` })
    )
  })

/**
 * Only what is in the file already, if there is one, and whether it could be opened: for planning.
 *
 * @since 0.1.0
 * @category constructors
 */
export const peek = (
  path: string
): Effect.Effect<Context.Tag.Service<PasswordFile>, PasswordFileError, FileSystem.FileSystem> =>
  Effect.map(
    Effect.tap(read(path), (content) => checkWritable(path, content)),
    (content) => ({
      find: lookingIn(named(whole(Option.getOrElse(content, () => "")))),
      put: () => Effect.fail(new PasswordFileError({ path, problem: "it was opened for reading only" }))
    })
  )

/**
 * Opens the file, or creates it, for as long as the scope lasts.
 *
 * @since 0.1.0
 * @category constructors
 */
export const open = Effect.fn("PasswordFile.open")(function* (
  path: string
): Effect.fn.Return<Context.Tag.Service<PasswordFile>, PasswordFileError, FileSystem.FileSystem | Scope.Scope> {
  const fs = yield* FileSystem.FileSystem
  const failed = ({ message }: Error) => new PasswordFileError({ path, problem: message })
  const found = yield* read(path)
  const before = Option.getOrElse(found, () => "")
  const kept = whole(before)
  if (kept !== before) {
    yield* Effect.mapError(fs.truncate(path, Buffer.byteLength(kept)), failed)
  }
  const file = yield* Effect.mapError(
    // Where there was none, one that appears meanwhile is somebody else's.
    fs.open(path, { flag: Option.isSome(found) ? "a" : "ax", mode: PrivateFile.ownerOnly }),
    failed
  )
  // That there is such a file must survive a power failure, too; where directories cannot be synchronised, they need not be.
  yield* Effect.ignore(
    Effect.scoped(Effect.flatMap(fs.open(directoryOf(path), { flag: "r" }), (directory) => directory.sync))
  )
  const turn = yield* Effect.makeSemaphore(1)
  const known = new Map(named(kept))
  return {
    find: lookingIn(known),
    put: (username, password) => {
      const line = new TextEncoder().encode(`${username}=${Redacted.value(password)}\n`)
      return Effect.zipRight(file.writeAll(line), file.sync).pipe(
        Effect.mapError(failed),
        Effect.zipRight(Effect.sync(() => known.set(username, Redacted.value(password)))),
        Effect.asVoid,
        // Half a line would be somebody's password.
        Effect.uninterruptible,
        turn.withPermits(1)
      )
    }
  }
})
