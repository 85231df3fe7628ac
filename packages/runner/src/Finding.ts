/**
 * What an audit can say of one account.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

/**
 * - `healthy`: none of the others.
 * - `inactive`: the live status says so.
 * - `unrecognised`: the status is neither `active` nor `inactive`, or there is none.
 * - `mismatch`: list and live status disagree, or in one of them `active` contradicts `status`.
 * - `tokenExpired`: the token of the account's external directory has ended.
 * - `tokenExpiring`: it ends soon.
 * - `dormant`: not updated for long.
 * - `missing`: listed, but reading its status answers 404.
 * - `denied`: the credentials were refused for this account.
 * - `undetermined`: its status could not be established; the row's error says why.
 *
 * An account can have several, in this order. `healthy`, `missing` and `denied` always
 * stand alone.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Finding = Schema.Literal(
  "healthy",
  "inactive",
  "unrecognised",
  "mismatch",
  "tokenExpired",
  "tokenExpiring",
  "dormant",
  "missing",
  "denied",
  "undetermined"
)

/**
 * @since 0.1.0
 * @category models
 */
export type Finding = typeof Finding.Type
