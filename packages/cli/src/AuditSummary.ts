/**
 * What an audit came to, for people.
 *
 * @since 0.1.0
 */
import { Finding, type StatusAudit } from "@effect-glowmarkt/runner"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import type * as Option from "effect/Option"
import { count } from "./ProgressBar.js"
import * as Table from "./Table.js"

const meanings = (summary: {
  readonly dormantDays: number
  readonly expiringDays: number
}): Readonly<Record<Finding.Finding, string>> => ({
  healthy: "none of the below",
  inactive: "the status says so",
  mismatch: "list and status, or status and active, disagree",
  tokenExpired: "the directory's token has ended",
  tokenExpiring: `the directory's token ends within ${summary.expiringDays} days`,
  dormant: `not updated for more than ${summary.dormantDays} days`,
  missing: "listed, but there is no such account",
  denied: "the credentials were refused for it",
  undetermined: "its status could not be read"
})

const share = (part: number, total: number) => (total === 0 ? "" : `${((100 * part) / total).toFixed(1)} %`)

/**
 * @since 0.1.0
 * @category rendering
 */
export const render = (
  summary: StatusAudit.Summary,
  lines: { readonly dormantDays: number; readonly expiringDays: number },
  columns: Option.Option<number>
): string => {
  const { counts, errors, finishedAt, runId, startedAt, total } = summary
  const says = meanings(lines)
  const took = Duration.format(Duration.seconds(Math.round(DateTime.distance(startedAt, finishedAt) / 1000)))
  const findings = Table.render(
    [
      { title: "FINDING", width: "fixed" },
      { title: "ACCOUNTS", width: "fixed", align: "right" },
      { title: "SHARE", width: "fixed", align: "right" },
      { title: "MEANING", width: "flexible" }
    ],
    Finding.Finding.literals.map((finding) => [
      finding,
      count(counts[finding]),
      share(counts[finding], total),
      says[finding]
    ]),
    columns
  )
  const kinds = Object.entries(errors)
  const failures =
    kinds.length === 0
      ? []
      : [
          Table.render(
            [
              { title: "ERROR", width: "fixed" },
              { title: "ACCOUNTS", width: "fixed", align: "right" }
            ],
            kinds.map(([kind, number]) => [kind, count(number)]),
            columns
          )
        ]
  return [`${count(total)} accounts audited in ${took}, run ${runId}`, findings, ...failures].join("\n\n")
}
