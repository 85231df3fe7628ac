/**
 * Errors of the run store.
 *
 * @since 0.1.0
 */
import { escape } from "@effect-glowmarkt/core/VisibleText"
import * as Cause from "effect/Cause"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

/**
 * - `inUse`: another process, or another layer of this process, has the store open.
 * - `full`: the disk or the quota is full.
 * - `notADatabase`: the file is not a SQLite database.
 * - `newer`: a newer version of this program wrote it.
 * - `older`: the database has no tables yet, or tables of an older version.
 * - `damaged`: the database is corrupt.
 * - `notPrivate`: the file belongs to another user, who could read the personal data in it.
 * - `severalNames`: the file has other names, which the lock and SQLite's log would miss.
 * - `notWritable`: the file or directory is read-only, or permission is missing.
 * - `cannotOpen`: no such directory, or the path is a directory.
 * - `driverMissing`: the native SQLite module is not built.
 * - `unreliable`: reading or writing failed below the database.
 * - `unreachable`: the database server does not respond, or the connection was lost.
 * - `accessDenied`: the database server refused the user, the password or a privilege.
 * - `settings`: other processes use this database with other settings.
 * - `other`: any other problem, which the cause describes.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Reason = Schema.Literal(
  "inUse",
  "full",
  "notADatabase",
  "newer",
  "older",
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
 * Why the store cannot be used.
 *
 * @since 0.1.0
 * @category models
 */
export type Reason = typeof Reason.Type

const remedies: Record<Reason, string> = {
  inUse: "another process is using it. Wait for it to end, or use another file",
  full: "the disk is full. Free some space and resume the run: recorded results are kept",
  notADatabase: "the file is not a run store. Use another file",
  newer: "it was written by a newer version. Update this program, or use another file",
  older: "its tables are missing or are from an older version. Run `glowmarkt database migrate`, or start a worker",
  damaged: "the file is damaged. Restore it from a backup, or use another file",
  notPrivate: "it holds personal data, but other users can access it",
  severalNames: "the file has another name, through which another process could change it. Use its original path",
  notWritable: "it is not writable. Check the permissions of the file and its directory",
  cannotOpen: "it cannot be opened. Check that the directory exists and the path is a file",
  driverMissing:
    "the native module of better-sqlite3 was not built. Run `npm rebuild better-sqlite3`, or with pnpm `pnpm approve-builds`",
  unreliable: "reading or writing failed. Check the disk and its free space, then resume the run",
  unreachable: "the database does not respond. Check that it is running and reachable, then resume the run",
  accessDenied: "access was denied. Check the user, its password and its privileges",
  settings: "other processes use it with other settings. Use the same settings in all of them",
  other: "the database reported an error"
}

const openInThisProcess = "this process already has it open. Use one layer for all its runs, or use another file"

/** SQLite's name for a database in memory. */
const memory = ":memory:"

/**
 * The run store could not be opened, read or written. The message names the file and the remedy;
 * `reason` is for programs.
 *
 * Recorded results are not lost: the run can be resumed once the problem is solved.
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
    return `Run store ${place}: ${this.user === "thisProcess" ? openInThisProcess : remedies[this.reason]}${detail}`
  }
}

// SQLite's primary result codes. Extended result codes start with a primary one.
const reasons: ReadonlyArray<readonly [code: string, reason: Reason]> = [
  ["SQLITE_BUSY", "inUse"],
  ["SQLITE_LOCKED", "inUse"],
  ["SQLITE_FULL", "full"],
  ["SQLITE_NOTADB", "notADatabase"],
  ["SQLITE_CORRUPT", "damaged"],
  ["SQLITE_READONLY", "notWritable"],
  ["SQLITE_PERM", "notWritable"],
  ["SQLITE_CANTOPEN", "cannotOpen"],
  // SQLite reports a full disk this way when it cannot extend the write-ahead log. It reports an
  // exceeded file size limit in the same way.
  ["SQLITE_IOERR_WRITE", "full"],
  ["SQLITE_IOERR_SHMSIZE", "full"],
  ["SQLITE_IOERR", "unreliable"],
  // Codes of the operating system, from checks before the database is opened.
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

/** Returns whether the native module is not built, or was built for another version of Node. */
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
 * Determines the reason from any error of the driver.
 *
 * @example
 * ```ts
 * import { RunStoreError } from "@effect-glowmarkt/runner"
 *
 * const { reason } = RunStoreError.fromUnknown("runs.db", Object.assign(new Error("write failed"), { code: "ENOSPC" }))
 * ```
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
  const message = Predicate.hasProperty(origin, "message") ? String(origin.message) : String(origin)
  // A missing native module is reported with a list of all the places where it was looked for.
  const detail = message.replace(/\. Tried:\n.*/s, "").replaceAll(/\s+/g, " ")
  const byCode = reasons.find(([prefix]) => code.startsWith(prefix))?.[1]
  // better-sqlite3 reports a missing directory as a TypeError without a code.
  const reason =
    byCode ??
    (isDriverMissing(code, detail)
      ? "driverMissing"
      : origin instanceof TypeError && detail.includes("open database")
        ? "cannotOpen"
        : "other")
  return new RunStoreError({ reason, file, cause: error, ...(detail === "" ? {} : { detail }) })
}

/**
 * Makes the error from a cause, as {@link fromUnknown} does from the cause's failure or, if it has
 * none, its first defect.
 *
 * @example
 * ```ts
 * import { RunStoreError } from "@effect-glowmarkt/runner"
 * import { Effect } from "effect"
 *
 * const refined = <A, E>(open: Effect.Effect<A, E>) =>
 *   Effect.catchAllCause(open, (cause) => Effect.fail(RunStoreError.fromCause("runs.db", cause)))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromCause = (file: string, cause: Cause.Cause<unknown>): RunStoreError =>
  fromUnknown(file, Cause.squash(cause))

/**
 * Makes the error for something in the store that cannot be decoded: a record, unless `detail`
 * names something else.
 *
 * @example
 * ```ts
 * import { RunStoreError } from "@effect-glowmarkt/runner"
 * import { Effect, Schema } from "effect"
 *
 * const total = (stored: unknown) =>
 *   Effect.mapError(Schema.decodeUnknown(Schema.Int)(stored), (cause) => RunStoreError.damaged("runs.sqlite", cause))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const damaged = (file: string, cause: unknown, detail = "a record cannot be read"): RunStoreError =>
  new RunStoreError({ reason: "damaged", file, detail, cause })
