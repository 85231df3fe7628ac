/**
 * The findings an audit can report for an account.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { findings } from "./internal/audit/findings.js"

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
