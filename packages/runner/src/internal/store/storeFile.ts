/**
 * The file of a store, under the one name that its lock and SQLite's log stand beside.
 *
 * Two names of one file have two locks and two logs: two processes would both be let in, and what one of them
 * committed could be lost. Symbolic links are resolved; other second names are refused.
 */
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  realpathSync,
  rmSync,
  statSync
} from "node:fs"
import { tmpdir } from "node:os"
import { basename, dirname, join, resolve } from "node:path"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as PrivateFile from "../../PrivateFile.js"
import * as RunStoreError from "../../RunStoreError.js"

/** What SQLite calls a database that lives only in memory. */
export const memory = ":memory:"

const refused = (file: string, reason: RunStoreError.Reason, detail: string) =>
  new RunStoreError.RunStoreError({ reason, file, detail })

// The system writes blanks and the like in octal.
const unescaped = (text: string) =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))

/** A file that is mounted by itself: its log would stay in another directory than the file. Elsewhere than on Linux there is none. */
const isMountPoint = (file: string) =>
  existsSync("/proc/self/mountinfo") &&
  readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .some((line) => unescaped(line.split(" ")[4] ?? "") === file)

const otherName = (real: string): string | undefined => {
  const { nlink } = statSync(real)
  if (nlink > 1) return `it has ${nlink} names (hard links)`
  return isMountPoint(real) ? "it is mounted by itself" : undefined
}

// Where this is not known, links are looked for before.
const noFollow = constants.O_NOFOLLOW ?? 0

const canonical = (file: string) =>
  existsSync(file) ? realpathSync(file) : join(realpathSync(dirname(resolve(file))), basename(file))

/** Creates the file for its owner only, unless it exists. SQLite gives the files beside it the same mode. */
const create = (file: string) =>
  closeSync(openSync(file, constants.O_RDWR | constants.O_CREAT | noFollow, PrivateFile.ownerOnly))

const header = "SQLite format 3\0"

/** A store, or an empty file that becomes one. */
const isStore = (file: string) => {
  const descriptor = openSync(file, "r")
  try {
    const bytes = Buffer.alloc(header.length)
    const length = readSync(descriptor, bytes)
    return length === 0 || bytes.toString("latin1") === header
  } finally {
    closeSync(descriptor)
  }
}

/** A file of ours that others may use is closed to them, with SQLite's files beside it; one of another user is refused. */
const makePrivate = (file: string, real: string) => {
  for (const each of ["", "-wal", "-shm"].map((suffix) => `${real}${suffix}`)) {
    const info = statSync(each, { throwIfNoEntry: false })
    if (info === undefined || PrivateFile.problem(each, info) === undefined) continue
    if (!PrivateFile.isOwn(info)) throw refused(file, "notPrivate", PrivateFile.problem(each, info) ?? "")
    chmodSync(each, PrivateFile.ownerOnly)
  }
}

/** The canonical name of the store, which exists then, is private to this user and has no other name. */
export const admit = (file: string): Effect.Effect<string, RunStoreError.RunStoreError> =>
  file === memory
    ? Effect.succeed(file)
    : Effect.try({
        try: () => {
          const real = canonical(file)
          create(real)
          // What is no store has no personal data of ours in it; SQLite refuses it.
          if (isStore(real)) makePrivate(file, real)
          const other = otherName(real)
          if (other !== undefined) throw refused(file, "severalNames", other)
          return real
        },
        catch: (error) => RunStoreError.fromUnknown(file, error)
      })

/** The file that is locked in the store's stead. Nothing that was planted under its name is opened. */
export const lockOf = (file: string): Effect.Effect<string, RunStoreError.RunStoreError> =>
  Effect.try({
    try: () => {
      const lock = `${file}-lock`
      if (lstatSync(lock, { throwIfNoEntry: false })?.isSymbolicLink()) {
        throw refused(file, "notPrivate", `${lock} is a symbolic link. Remove it`)
      }
      create(lock)
      return lock
    },
    catch: (error) => RunStoreError.fromUnknown(file, error)
  })

/** Whether this process may work on the store: then it may be opened for looking, too, and brought to the current version. */
export const isOurs = (file: string): boolean => {
  try {
    accessSync(file, constants.W_OK)
    accessSync(dirname(file), constants.W_OK)
    return PrivateFile.isOwn(statSync(file)) && otherName(realpathSync(file)) === undefined
  } catch {
    return false
  }
}

/** Whether SQLite's shared memory stands beside it: then a copy could be torn, and reading needs no file that is not there. */
export const isInUse = (file: string): boolean => existsSync(`${realpathSync(file)}-shm`)

/** A copy in a directory of this process alone, removed with the scope. */
export const copy = (file: string): Effect.Effect<string, RunStoreError.RunStoreError, Scope.Scope> =>
  Effect.gen(function* () {
    const directory = yield* Effect.acquireRelease(
      Effect.try(() => mkdtempSync(join(tmpdir(), "glowmarkt-"))),
      (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
    )
    const place = join(directory, "runs.db")
    yield* Effect.try(() => {
      const real = realpathSync(file)
      for (const part of ["", "-wal"]) {
        if (existsSync(`${real}${part}`)) copyFileSync(`${real}${part}`, `${place}${part}`)
      }
    })
    return place
  }).pipe(Effect.mapError((error) => RunStoreError.fromUnknown(file, error)))
