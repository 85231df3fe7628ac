/**
 * The findings an audit can report for an account, and the rules that decide them from its list
 * entry and live status. The functions are pure: equal inputs give equal findings.
 *
 * @since 0.1.0
 */
import { type Account, type AccountStatus, isActive } from "@effect-glowmarkt/core/Account"
import { explanation, type GlowmarktError } from "@effect-glowmarkt/core/GlowmarktError"
import { isSame } from "@effect-glowmarkt/core/Identifier"
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { findings } from "./internal/audit/findingNames.js"

/**
 * - `healthy`: no other finding applies.
 * - `inactive`: the live status says that the account is inactive.
 * - `unrecognised`: the status is missing, or neither `active` nor `inactive`.
 * - `mismatch`: list and live status disagree, or `active` contradicts `status` in one of them.
 * - `tokenExpired`: the external directory's token has expired.
 * - `tokenExpiring`: that token expires soon.
 * - `dormant`: the account has not been updated for a long time.
 * - `missing`: the account is in the list, but reading its status returns 404.
 * - `denied`: the credentials were refused for this account.
 * - `undetermined`: the status could not be determined; the row's error says why.
 *
 * An account can have several findings, in this order. `healthy`, `missing` and `denied` never
 * occur with others.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Finding = Schema.Literal(...findings)

/**
 * One finding.
 *
 * @since 0.1.0
 * @category models
 */
export type Finding = typeof Finding.Type

/**
 * The thresholds of an audit, and the instant it compares with.
 *
 * @since 0.1.0
 * @category models
 */
export interface Thresholds {
  readonly now: DateTime.Utc
  /** An account is `dormant` if its last update is older than this. */
  readonly dormantFor: Duration.Duration
  /**
   * A directory token is `tokenExpiring` if it expires within this time, and `tokenExpired` once it
   * has.
   */
  readonly expiringWithin: Duration.Duration
  /** The audited application, if known. */
  readonly applicationId?: string | undefined
}

/**
 * Why a status could not be determined. `kind` is for counting, `message` for people.
 *
 * @since 0.1.0
 * @category models
 */
export interface Problem {
  readonly kind: string
  readonly message: string
}

/**
 * The findings of one account, and the problem if its status could not be determined.
 *
 * @since 0.1.0
 * @category models
 */
export interface Classification {
  readonly findings: Arr.NonEmptyReadonlyArray<Finding>
  readonly problem?: Problem
}

type StatusFields = Pick<AccountStatus, "status" | "active">

const contradictsItself = (said: StatusFields) => said.active !== undefined && isActive(said) !== said.active

const disagree = (listed: StatusFields, live: StatusFields) =>
  listed.status !== undefined && live.status !== undefined
    ? listed.status !== live.status
    : isActive(listed) !== undefined && isActive(live) !== undefined && isActive(listed) !== isActive(live)

/**
 * Returns whether the account has a recognised status. The live status takes precedence over the
 * list.
 */
const isRecognised = (listed: StatusFields, live: StatusFields) => {
  const word = live.status ?? listed.status
  return word === "active" || word === "inactive"
}

const otherId = (a: string | undefined, b: string | undefined) => a !== undefined && b !== undefined && !isSame(a, b)

/**
 * Returns the problem if the response describes another account or another application, and
 * `undefined` otherwise.
 */
const elsewhere = (listed: Account, live: AccountStatus, { applicationId }: Thresholds): Problem | undefined => {
  if (otherId(live.accountId, listed.accountId)) {
    return { kind: "OtherAccount", message: `the response describes account ${live.accountId}` }
  }
  const found = live.applicationId ?? listed.applicationId
  const other = [listed.applicationId, applicationId].find((expected) => otherId(found, expected))
  return other === undefined
    ? undefined
    : { kind: "OtherApplication", message: `the account belongs to application ${found}, not ${other}` }
}

const token = (live: AccountStatus, { expiringWithin, now }: Thresholds): Finding | undefined => {
  const expiry = live.directory?.data?.tokenExpiryDate
  if (expiry === undefined) {
    return undefined
  }
  const left = DateTime.distance(now, expiry)
  return left <= 0 ? "tokenExpired" : left <= Duration.toMillis(expiringWithin) ? "tokenExpiring" : undefined
}

const isDormant = (listed: Account, live: AccountStatus, { dormantFor, now }: Thresholds) => {
  // Uses the list's date if the live status, which is more recent, has none.
  const updated = live.updatedAt ?? listed.updatedAt
  return updated !== undefined && DateTime.distance(updated, now) > Duration.toMillis(dormantFor)
}

/**
 * Classifies an account whose status was read.
 *
 * @example
 * ```ts
 * import type { Account } from "@effect-glowmarkt/core"
 * import { Finding } from "@effect-glowmarkt/runner"
 *
 * const findingsOf = (account: Account.Account, live: Account.AccountStatus, thresholds: Finding.Thresholds) =>
 *   Finding.ofStatus(account, live, thresholds).findings
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const ofStatus = (listed: Account, live: AccountStatus, thresholds: Thresholds): Classification => {
  const other = elsewhere(listed, live, thresholds)
  if (other !== undefined) return { findings: ["undetermined"], problem: other }
  const active = isActive(live)
  const findings: Array<Finding> = []
  if (active === false) findings.push("inactive")
  if (!isRecognised(listed, live)) findings.push("unrecognised")
  if (contradictsItself(listed) || contradictsItself(live) || disagree(listed, live)) findings.push("mismatch")
  const ofToken = token(live, thresholds)
  if (ofToken !== undefined) findings.push(ofToken)
  if (isDormant(listed, live, thresholds)) findings.push("dormant")
  return { findings: Arr.isNonEmptyReadonlyArray(findings) ? findings : ["healthy"] }
}

/**
 * Classifies an account whose status could not be read.
 *
 * @example
 * ```ts
 * import type { GlowmarktError } from "@effect-glowmarkt/core"
 * import { Finding } from "@effect-glowmarkt/runner"
 *
 * const findingsOf = (error: GlowmarktError.GlowmarktError) => Finding.ofError(error).findings
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const ofError = (error: GlowmarktError): Classification => {
  switch (error._tag) {
    case "AccountNotFound":
      return { findings: ["missing"] }
    case "AccessDenied":
      return { findings: ["denied"], problem: { kind: error._tag, message: explanation(error) } }
    default:
      return { findings: ["undetermined"], problem: { kind: error._tag, message: explanation(error) } }
  }
}

/**
 * Classifies an account from its status or from the error that reading it failed with.
 *
 * @example
 * ```ts
 * import { Finding } from "@effect-glowmarkt/runner"
 * import { DateTime, Duration, Either } from "effect"
 * import type { Account } from "@effect-glowmarkt/core"
 *
 * const findingsOf = (listed: Account.Account, live: Account.AccountStatus) =>
 *   Finding.classify(listed, Either.right(live), {
 *     now: DateTime.unsafeMake("2026-03-14T00:00:00Z"),
 *     dormantFor: Duration.days(180),
 *     expiringWithin: Duration.days(7)
 *   }).findings
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const classify = (
  listed: Account,
  answer: Either.Either<AccountStatus, GlowmarktError>,
  thresholds: Thresholds
): Classification =>
  Either.match(answer, {
    onLeft: ofError,
    onRight: (live) => ofStatus(listed, live, thresholds)
  })
