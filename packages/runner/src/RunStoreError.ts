/**
 * What can go wrong with the file that runs are kept in.
 *
 * @since 0.1.0
 */
import { escape } from "@effect-glowmarkt/core/VisibleText"
import * as Cause from "effect/Cause"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

/**
 * - `inUse`: another process works on this store, or this one through another layer.
 * - `full`: the disk (or the quota) is full.
 * - `notADatabase`: the file is something else.
 * - `newer`: a later version of this program wrote it.
 * - `damaged`: it is a database, but not an intact one.
 * - `notPrivate`: the file belongs to another user, who could read the personal data in it.
 * - `severalNames`: the file has other names, which a lock and SQLite's log would not know.
 * - `notWritable`: file or directory are read-only, or permission is missing.
 * - `cannotOpen`: no such directory, or the path is a directory.
 * - `unreliable`: reading or writing failed below the database.
 * - `unreachable`: the server of a database does not answer, or the connection was lost.
 * - `accessDenied`: the server of a database refused the user, the password or a privilege.
 * - `settings`: other processes use this database with other settings.
 * - `other`: see the cause.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Reason = Schema.Literal(
  "inUse",
  "full",
  "notADatabase",
  "newer",
  "damaged",
  "notPrivate",
  "severalNames",
  "notWritable",
  "cannotOpen",
  "driverMissing",
  "unreliable",
  "unreachable",
  "accessDenied",
  "settings",
  "other"
)

/**
 * @since 0.1.0
 * @category models
 */
export type Reason = typeof Reason.Type

const remedies: Record<Reason, string> = {
  inUse: "another process is using it. Wait for that one to end, or name another file",
  full: "the disk is full. Make room and resume the run: what was recorded is kept",
  notADatabase: "the file is not a run store. Name another file",
  newer: "it was written by a newer version. Update this program, or name another file",
  damaged: "the file is damaged. Restore it from a copy, or name another file",
  notPrivate: "it holds personal data, and is not this user's alone",
  severalNames:
    "it is to be had under another name, too, by which another process could work on it. Use the directory it is in",
  notWritable: "it cannot be written. Check the permissions of the file and its directory",
  cannotOpen: "it cannot be opened. Check that the directory exists and the path is a file",
  driverMissing:
    "the native module of better-sqlite3 was not built. Run `npm rebuild better-sqlite3`, or with pnpm `pnpm approve-builds`",
  unreliable: "reading or writing failed. Check the disk, and whether it is full; then resume the run",
  unreachable: "the database does not answer. Check that it runs and can be reached; then resume the run",
  accessDenied: "access was denied. Check the user, its password and its privileges",
  settings: "its other processes were started with other settings. Use the same settings in all of them",
  other: "the database refused"
}

const openHere = "this process has it open already. Use one layer for all its runs, or name another file"

/** What SQLite calls a database that lives only in memory. */
const memory = ":memory:"

/**
 * The run store could not be opened, read or written. The message names the
 * file and what to do; `reason` is for programs.
 *
 * Nothing recorded before is lost by it: the run can be resumed once the reason is gone.
 *
 * @since 0.1.0
 * @category errors
 */
export class RunStoreError extends Schema.TaggedError<RunStoreError>("@effect-glowmarkt/runner/RunStoreError")(
  "RunStoreError",
  {
    reason: Reason,
    file: Schema.String,
    detail: Schema.optionalWith(Schema.String, { exact: true }),
    user: Schema.optionalWith(Schema.Literal("thisProcess"), { exact: true }),
    cause: Schema.optionalWith(Schema.Defect, { exact: true })
  }
) {
  override get message() {
    const detail = this.detail === undefined ? "" : ` (${this.detail})`
    const place = this.file === memory ? "in memory" : escape(this.file)
    return `Run store ${place}: ${this.user === "thisProcess" ? openHere : remedies[this.reason]}${detail}`
  }
}

// The primary result codes of SQLite; extended codes begin with them.
const reasons: ReadonlyArray<readonly [code: string, reason: Reason]> = [
  ["SQLITE_BUSY", "inUse"],
  ["SQLITE_LOCKED", "inUse"],
  ["SQLITE_FULL", "full"],
  ["SQLITE_NOTADB", "notADatabase"],
  ["SQLITE_CORRUPT", "damaged"],
  ["SQLITE_READONLY", "notWritable"],
  ["SQLITE_PERM", "notWritable"],
  ["SQLITE_CANTOPEN", "cannotOpen"],
  // A disk without room for the write-ahead log, and a limit on the size of files, are told as this.
  ["SQLITE_IOERR_WRITE", "full"],
  ["SQLITE_IOERR_SHMSIZE", "full"],
  ["SQLITE_IOERR", "unreliable"],
  // Those of the operating system, where the file is looked at before it is opened.
  ["ENOSPC", "full"],
  ["EDQUOT", "full"],
  ["EFBIG", "full"],
  ["EACCES", "notWritable"],
  ["EPERM", "notWritable"],
  ["EROFS", "notWritable"],
  ["ENOENT", "cannotOpen"],
  ["EISDIR", "cannotOpen"],
  ["ENOTDIR", "cannotOpen"],
  ["ELOOP", "cannotOpen"]
]

/** Not built, or built for another version of Node. */
const isDriverMissing = (code: string, detail: string) =>
  code === "ERR_DLOPEN_FAILED" || detail.startsWith("Could not locate the bindings file")

const innermost = (error: unknown): unknown => {
  let current = error
  while (Predicate.hasProperty(current, "cause") && current.cause !== undefined && current.cause !== null) {
    current = current.cause
  }
  return current
}

/**
 * Reads the reason from whatever the driver threw or failed with.
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromUnknown = (file: string, error: unknown): RunStoreError => {
  if (error instanceof RunStoreError) {
    return error
  }
  const origin = innermost(error)
  const code = Predicate.hasProperty(origin, "code") ? String(origin.code) : ""
  const detail = Predicate.hasProperty(origin, "message") ? String(origin.message) : String(origin)
  const known = reasons.find(([prefix]) => code.startsWith(prefix))?.[1]
  // better-sqlite3 reports a missing directory as a TypeError without a code.
  const reason =
    known ??
    (isDriverMissing(code, detail)
      ? "driverMissing"
      : origin instanceof TypeError && detail.includes("open database")
        ? "cannotOpen"
        : "other")
  return new RunStoreError({ reason, file, cause: error, ...(detail === "" ? {} : { detail }) })
}

/**
 * Like {@link fromUnknown}, for a whole cause: the failure if there is one, else the first defect.
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromCause = (file: string, cause: Cause.Cause<unknown>): RunStoreError =>
  fromUnknown(file, Cause.squash(cause))
