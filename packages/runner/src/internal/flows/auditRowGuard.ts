/** Checks that an account still matches its row before it is deleted. */
import { ApplicationId, isSame as isSameId } from "@effect-glowmarkt/core/Identifier"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { statusWord } from "../../AuditRow.js"
import * as Converge from "../../Converge.js"
import * as canonicalId from "./canonicalId.js"

const exact = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

const instant = Schema.compose(Schema.Trim, Schema.DateTimeUtc)

/** The columns of an audit's CSV whose values the account must still have. */
export const expectedColumns = {
  applicationId: exact(Schema.compose(canonicalId.InCell, ApplicationId)),
  username: exact(Schema.String),
  listStatus: exact(Schema.Trim),
  liveStatus: exact(Schema.Trim),
  updatedAt: exact(instant),
  tokenExpiryDate: exact(instant)
}

const Expected = Schema.Struct(expectedColumns)

type Expected = typeof Expected.Type

/** The current values of the same fields. */
export const Read = Schema.Struct({
  applicationId: ApplicationId,
  username: Schema.NullOr(Schema.String),
  listStatus: Schema.NullOr(Schema.String),
  liveStatus: Schema.NullOr(Schema.String),
  updatedAt: Schema.NullOr(Schema.DateTimeUtc),
  tokenExpiryDate: Schema.NullOr(Schema.DateTimeUtc)
})

export interface Read extends Schema.Schema.Type<typeof Read> {}

/**
 * Returns these fields of the account as they are now. `getOwnState` has already checked
 * `applicationId`.
 */
export const currentState = ({ account, status }: Converge.AccountState, applicationId: ApplicationId): Read => ({
  applicationId,
  username: account.username ?? null,
  listStatus: statusWord(account) ?? null,
  liveStatus: statusWord(status) ?? null,
  // The live status takes precedence, as in an audit.
  updatedAt: status.updatedAt ?? account.updatedAt ?? null,
  tokenExpiryDate: status.directory?.data?.tokenExpiryDate ?? null
})

/**
 * Returns whether the account has become inactive since the row was written: this run did it before
 * an interruption, or someone else did. Its other differences are a result of that, so they do not
 * count as drift.
 */
export const isBecomingInactive = (before: Partial<Read> | Expected, now: Read): boolean =>
  (["listStatus", "liveStatus"] as const).some((field) => now[field] === "inactive" && before[field] !== "inactive")

const text = (value: string | DateTime.Utc | null): string =>
  value === null ? "nothing" : typeof value === "string" ? JSON.stringify(value) : DateTime.formatIso(value)

const isSame = (a: string | DateTime.Utc, b: string | DateTime.Utc | null): boolean =>
  b !== null &&
  (typeof a === "string"
    ? typeof b === "string" && isSameId(a, b)
    : typeof b !== "string" && DateTime.Equivalence(a, b))

const identity = ["applicationId", "username"] as const
const state = ["listStatus", "liveStatus", "updatedAt", "tokenExpiryDate"] as const

/** Refuses an account that does not match its row or has changed since. */
export const checkUnchanged = (row: Expected, read: Read): Effect.Effect<Read, Converge.Refused> => {
  const fields = isBecomingInactive(row, read) ? identity : [...identity, ...state]
  for (const field of fields) {
    const value = row[field]
    if (value !== undefined && !isSame(value, read[field])) {
      return Effect.fail(
        new Converge.Refused({
          reason: `${field} is ${text(value)} in the row but ${text(read[field])} in the account`
        })
      )
    }
  }
  return Effect.succeed(read)
}
