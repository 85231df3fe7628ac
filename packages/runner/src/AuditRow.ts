/**
 * What an audit reports of one element of the account list.
 *
 * @since 0.1.0
 */
import { type Account, type AccountStatus, Status } from "@effect-glowmarkt/core/Account"
import { AccountId, ApplicationId, DirectoryId, UserId } from "@effect-glowmarkt/core/Identifier"
import * as Schema from "effect/Schema"
import * as Classification from "./Classification.js"
import { Finding } from "./Finding.js"

const text = Schema.optionalWith(Schema.String, { exact: true })
const flag = Schema.optionalWith(Schema.Boolean, { exact: true })
const instant = Schema.optionalWith(Schema.DateTimeUtc, { exact: true })

// In the store nobody reads them, and numbers are written and read in a fraction of the time.
const millis = Schema.optionalWith(Schema.DateTimeUtcFromNumber, { exact: true })

// Core's own schemas forgive what a server may send; for what was written here, plain ones are enough and several times as fast.
const recorded = Schema.Struct({
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

// Does not compile when core's `Account` has a field that is forgotten here.
const account: Schema.Schema<Account, typeof recorded.Encoded> = recorded

/**
 * An element of the list, as an audit begins with it: an account, which has a `problem` if some of its fields could not be read; or
 * one that could not be read as one; or the id of an account that was
 * asked for and is not in the list.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Listed = Schema.Union(
  Schema.TaggedStruct("Account", { account, problem: text }),
  Schema.TaggedStruct("Unreadable", { accountId: text, problem: Schema.String }),
  Schema.TaggedStruct("Unlisted", { accountId: Schema.String })
)

/**
 * @since 0.1.0
 * @category models
 */
export type Listed = typeof Listed.Type

/**
 * What is kept of a status that was read.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Live = Schema.Struct({
  status: Schema.optionalWith(Status, { exact: true }),
  active: flag,
  createdAt: millis,
  updatedAt: millis,
  tokenExpiryDate: millis
})

/**
 * @since 0.1.0
 * @category models
 */
export interface Live extends Schema.Schema.Type<typeof Live> {}

/**
 * What an audit records of one element: its findings, the live status where it
 * was read, and why where it was not.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Audited = Schema.Struct({
  findings: Schema.NonEmptyArray(Finding),
  live: Schema.optionalWith(Live, { exact: true }),
  problem: Schema.optionalWith(Schema.Struct({ kind: Schema.String, message: Schema.String }), { exact: true })
})

/**
 * @since 0.1.0
 * @category models
 */
export interface Audited extends Schema.Schema.Type<typeof Audited> {}

/**
 * One row of a report. What the provider did not say is absent. Where list and
 * live status both give an instant, the live one stands.
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
 * @since 0.1.0
 * @category models
 */
export interface AuditRow extends Schema.Schema.Type<typeof AuditRow> {}

/**
 * Status as one word: what the provider calls it, else what `active` means.
 *
 * @since 0.1.0
 * @category models
 */
export const statusWord = (said: Pick<AccountStatus, "status" | "active">): string | undefined => {
  if (said.status !== undefined) {
    return said.status
  }
  const active = Classification.isActive(said)
  return active === undefined ? undefined : active ? "active" : "inactive"
}

/** Drops the keys that have no value, so that "absent" has one spelling. */
const present = <A extends object>(fields: { readonly [K in keyof A]: A[K] | undefined }): Partial<A> => {
  const kept: Partial<A> = {}
  for (const key in fields) {
    const value = fields[key]
    if (value !== undefined) {
      kept[key] = value
    }
  }
  return kept
}

/**
 * What stands for the result of an element the run did not get to.
 *
 * @since 0.1.0
 * @category constructors
 */
export const notYet: Audited = {
  findings: ["undetermined"],
  problem: { kind: "Unprocessed", message: "the run did not get to this account" }
}

/**
 * What to keep of a status.
 *
 * @since 0.1.0
 * @category constructors
 */
export const live = ({ active, createdAt, directory, status, updatedAt }: AccountStatus): Live =>
  present({ status, active, createdAt, updatedAt, tokenExpiryDate: directory?.data?.tokenExpiryDate })

/**
 * The row of an element that was audited, or `undetermined` while it was not.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (listed: Listed, audited: Audited = notYet): AuditRow => {
  const { findings, live, problem } = audited
  if (listed._tag !== "Account") {
    return { ...present({ accountId: listed.accountId, error: problem }), findings }
  }
  const { account } = listed
  return {
    ...present({
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
