/**
 * Decides whether a finished audit exits with 1: accounts could not be read, or `--fail-on` matched.
 *
 * @since 0.1.0
 */
import type * as Finding from "@effect-glowmarkt/runner/Finding"
import type * as StatusAudit from "@effect-glowmarkt/runner/StatusAudit"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Unfinished } from "../../exit/CommandError.js"
import { count, plural } from "../../terminal/Format.js"

/**
 * Fails with one line per reason.
 *
 * @since 0.1.0
 * @category combinators
 */
export const check = (
  failOn: Option.Option<ReadonlyArray<Finding.Finding>>,
  { counts, errors }: StatusAudit.Summary
): Effect.Effect<void, Unfinished> => {
  const found = Option.getOrElse(failOn, () => []).filter((finding) => counts[finding] > 0)
  // An unreadable list entry may still have a readable status.
  const unread = errors["UnreadableAccount"] ?? 0
  const failed = Object.values(errors).reduce((sum, number) => sum + number, 0) - unread
  const complaints = [
    ...(failed > 0 ? [`The status of ${plural(failed, "account")} could not be read.`] : []),
    ...(unread > 0
      ? [`${plural(unread, "account")} could not be read from the list; see the error column of the results.`]
      : []),
    ...(found.length > 0
      ? [`--fail-on matched: ${found.map((finding) => `${finding} (${count(counts[finding])})`).join(", ")}.`]
      : [])
  ]
  return complaints.length === 0 ? Effect.void : new Unfinished({ message: complaints.join("\n") })
}
