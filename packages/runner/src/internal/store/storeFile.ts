/**
 * The file of a store, under the canonical name that its lock and SQLite's log are named after.
 *
 * A file with two names would have two locks and two logs, so two processes could open it and lose
 * each other's commits. Symbolic links are resolved, and files with a second name of another kind
 * are refused.
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

/** SQLite's name for a database in memory. */
export const memory = ":memory:"

const refusal = (file: string, reason: RunStoreError.Reason, detail: string) =>
  new RunStoreError.RunStoreError({ reason, file, detail })

// The kernel writes spaces and some other characters as octal escapes.
const unescapeOctal = (text: string) =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))

/**
 * Returns whether the file itself is a mount point: then its log would be in another directory.
 * Always false outside Linux.
 */
const isMountPoint = (file: string) =>
  existsSync("/proc/self/mountinfo") &&
  readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .some((line) => unescapeOctal(line.split(" ")[4] ?? "") === file)

const otherName = (real: string): string | undefined => {
  const { nlink } = statSync(real)
  if (nlink > 1) return `it has ${nlink} names (hard links)`
  return isMountPoint(real) ? "it is mounted by itself" : undefined
}

// On systems without this flag, links are only checked before the file is opened.
const noFollow = constants.O_NOFOLLOW ?? 0

const canonical = (file: string) =>
  existsSync(file) ? realpathSync(file) : join(realpathSync(dirname(resolve(file))), basename(file))

/**
 * Creates the file, readable by its owner only, unless it exists. SQLite gives its other files the
 * same mode.
 */
const create = (file: string) =>
  closeSync(openSync(file, constants.O_RDWR | constants.O_CREAT | noFollow, PrivateFile.ownerOnly))

const header = "SQLite format 3\0"

/** Returns whether the file is a store, or is empty and will become one. */
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

/**
 * Removes other users' access to our file and SQLite's files beside it. Refuses a file of another
 * user.
 */
const makePrivate = (file: string, real: string) => {
  for (const each of ["", "-wal", "-shm"].map((suffix) => `${real}${suffix}`)) {
    const info = statSync(each, { throwIfNoEntry: false })
    if (info === undefined || PrivateFile.problem(each, info) === undefined) continue
    if (!PrivateFile.isOwn(info)) throw refusal(file, "notPrivate", PrivateFile.problem(each, info) ?? "")
    chmodSync(each, PrivateFile.ownerOnly)
  }
}

/**
 * Returns the canonical name of the store. Creates it if necessary, makes it private, and refuses
 * other names.
 */
export const prepare = (file: string): Effect.Effect<string, RunStoreError.RunStoreError> =>
  file === memory
    ? Effect.succeed(file)
    : Effect.try({
        try: () => {
          const real = canonical(file)
          create(real)
          // A file that is not a store contains none of our data, so it stays as it is. SQLite will
          // refuse it.
          if (isStore(real)) makePrivate(file, real)
          const other = otherName(real)
          if (other !== undefined) throw refusal(file, "severalNames", other)
          return real
        },
        catch: (error) => RunStoreError.fromUnknown(file, error)
      })

/** Returns the file to lock instead of the store. Refuses a symbolic link in its place. */
export const lockOf = (file: string): Effect.Effect<string, RunStoreError.RunStoreError> =>
  Effect.try({
    try: () => {
      const lock = `${file}-lock`
      if (lstatSync(lock, { throwIfNoEntry: false })?.isSymbolicLink()) {
        throw refusal(file, "notPrivate", `${lock} is a symbolic link. Remove it`)
      }
      create(lock)
      return lock
    },
    catch: (error) => RunStoreError.fromUnknown(file, error)
  })

/**
 * Returns whether this process may write to the store. If so, it also migrates the store when it
 * opens it to read.
 */
export const isWritable = (file: string): boolean => {
  try {
    accessSync(file, constants.W_OK)
    accessSync(dirname(file), constants.W_OK)
    return PrivateFile.isOwn(statSync(file)) && otherName(realpathSync(file)) === undefined
  } catch {
    return false
  }
}

/** Returns whether a process has the store open: then a copy could be inconsistent. */
export const isInUse = (file: string): boolean => existsSync(`${realpathSync(file)}-shm`)

/** Copies the store to a private directory, which is removed with the scope. */
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
