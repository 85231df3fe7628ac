/**
 * The report row of one element of the account list.
 *
 * @since 0.1.0
 */
import { type Account, type AccountStatus, isActive, Status } from "@effect-glowmarkt/core/Account"
import { AccountId, ApplicationId, DirectoryId, UserId } from "@effect-glowmarkt/core/Identifier"
import * as Schema from "effect/Schema"
import { Finding } from "./Finding.js"
import { definedFields } from "./internal/definedFields.js"

const text = Schema.optionalWith(Schema.String, { exact: true })
const flag = Schema.optionalWith(Schema.Boolean, { exact: true })
const instant = Schema.optionalWith(Schema.DateTimeUtc, { exact: true })

// Instants are stored as numbers, which are much faster to read and write than text. They are never
// shown in this form.
const millis = Schema.optionalWith(Schema.DateTimeUtcFromNumber, { exact: true })

// Core's schemas are lenient, so that they accept what servers send. Stored rows do not need that,
// and plain schemas are much faster.
const storedAccount = Schema.Struct({
  accountId: AccountId,
  applicationId: Schema.optionalWith(ApplicationId, { exact: true }),
  userId: Schema.optionalWith(UserId, { exact: true }),
  directoryId: Schema.optionalWith(DirectoryId, { exact: true }),
  name: text,
  username: text,
  email: text,
  status: Schema.optionalWith(Status, { exact: true }),
  active: flag,
  createdAt: millis,
  updatedAt: millis
})

// This line fails to compile if core's `Account` gains a field that is missing here.
const account: Schema.Schema<Account, typeof storedAccount.Encoded> = storedAccount

/**
 * An element of the account list. `Account` has a `problem` if some of its fields could not be
 * read; `Unreadable` could not be read as an account at all; `Unlisted` is a requested id that is
 * not in the list.
 *
 * @since 0.1.0
 * @category schemas
 */
export const ListElement = Schema.Union(
  Schema.TaggedStruct("Account", { account, problem: text }),
  Schema.TaggedStruct("Unreadable", { accountId: text, problem: Schema.String }),
  Schema.TaggedStruct("Unlisted", { accountId: Schema.String })
)

/**
 * An element of the account list.
 *
 * @since 0.1.0
 * @category models
 */
export type ListElement = typeof ListElement.Type

/**
 * The stored part of a live status.
 *
 * @since 0.1.0
 * @category schemas
 */
export const LiveStatus = Schema.Struct({
  status: Schema.optionalWith(Status, { exact: true }),
  active: flag,
  createdAt: millis,
  updatedAt: millis,
  tokenExpiryDate: millis
})

/**
 * The stored part of a live status.
 *
 * @since 0.1.0
 * @category models
 */
export interface LiveStatus extends Schema.Schema.Type<typeof LiveStatus> {}

/**
 * The stored result for one element: its findings, and either the live status or the problem that
 * prevented reading it.
 *
 * @since 0.1.0
 * @category schemas
 */
export const AuditResult = Schema.Struct({
  findings: Schema.NonEmptyArray(Finding),
  live: Schema.optionalWith(LiveStatus, { exact: true }),
  problem: Schema.optionalWith(Schema.Struct({ kind: Schema.String, message: Schema.String }), { exact: true })
})

/**
 * The stored result for one element.
 *
 * @since 0.1.0
 * @category models
 */
export interface AuditResult extends Schema.Schema.Type<typeof AuditResult> {}

/**
 * One row of a report. Values the provider did not return are absent. Instants come from the live
 * status, or from the list if the live status has none.
 *
 * @since 0.1.0
 * @category schemas
 */
export const AuditRow = Schema.Struct({
  accountId: text,
  applicationId: text,
  userId: text,
  directoryId: text,
  name: text,
  username: text,
  email: text,
  listStatus: text,
  liveStatus: text,
  listActive: flag,
  liveActive: flag,
  findings: Schema.NonEmptyArray(Finding),
  error: Schema.optionalWith(Schema.Struct({ kind: Schema.String, message: Schema.String }), { exact: true }),
  createdAt: instant,
  updatedAt: instant,
  tokenExpiryDate: instant
})

/**
 * One row of a report.
 *
 * @since 0.1.0
 * @category models
 */
export interface AuditRow extends Schema.Schema.Type<typeof AuditRow> {}

/**
 * Describes a status in one word: the provider's word if there is one, else `active` or `inactive`.
 *
 * @example
 * ```ts
 * import { AuditRow } from "@effect-glowmarkt/runner"
 *
 * AuditRow.statusWord({ active: false }) // "inactive"
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const statusWord = (status: Pick<AccountStatus, "status" | "active">): string | undefined => {
  if (status.status !== undefined) {
    return status.status
  }
  const active = isActive(status)
  return active === undefined ? undefined : active ? "active" : "inactive"
}

/** The result of an element that the run has not reached yet. */
const unprocessed: AuditResult = {
  findings: ["undetermined"],
  problem: { kind: "Unprocessed", message: "the run did not get to this account" }
}

/**
 * Picks the stored part of a status.
 *
 * @example
 * ```ts
 * import { AdminAccounts, type Identifier } from "@effect-glowmarkt/core"
 * import { AuditRow } from "@effect-glowmarkt/runner"
 * import { Effect } from "effect"
 *
 * const liveOf = (accountId: Identifier.AccountId) =>
 *   Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => Effect.map(admin.status(accountId), AuditRow.live))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const live = ({ active, createdAt, directory, status, updatedAt }: AccountStatus): LiveStatus =>
  definedFields({ status, active, createdAt, updatedAt, tokenExpiryDate: directory?.data?.tokenExpiryDate })

/**
 * Builds the row of an element. Without a result the row is `undetermined`.
 *
 * @example
 * ```ts
 * import { AuditRow } from "@effect-glowmarkt/runner"
 *
 * const rowOf = (listed: AuditRow.ListElement) => AuditRow.make(listed, { findings: ["healthy"] })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (listed: ListElement, audited: AuditResult = unprocessed): AuditRow => {
  const { findings, live, problem } = audited
  if (listed._tag !== "Account") {
    return { ...definedFields({ accountId: listed.accountId, error: problem }), findings }
  }
  const { account } = listed
  return {
    ...definedFields({
      accountId: account.accountId,
      applicationId: account.applicationId,
      userId: account.userId,
      directoryId: account.directoryId,
      name: account.name,
      username: account.username,
      email: account.email,
      listStatus: statusWord(account),
      liveStatus: live && statusWord(live),
      listActive: account.active,
      liveActive: live?.active,
      error: problem,
      createdAt: live?.createdAt ?? account.createdAt,
      updatedAt: live?.updatedAt ?? account.updatedAt,
      tokenExpiryDate: live?.tokenExpiryDate
    }),
    findings
  }
}
