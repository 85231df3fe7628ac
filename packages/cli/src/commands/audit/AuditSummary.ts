/**
 * The summary of an audit as text for people.
 *
 * @since 0.1.0
 */
import * as Finding from "@effect-glowmarkt/runner/Finding"
import type * as Run from "@effect-glowmarkt/runner/Run"
import * as StatusAudit from "@effect-glowmarkt/runner/StatusAudit"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { count, elapsed } from "../../terminal/Format.js"
import type { Layout } from "../../terminal/Output.js"
import type { Tone } from "../../terminal/Style.js"
import * as Table from "../../terminal/Table.js"

/**
 * Returns the thresholds the audit was started with, which may differ from the current defaults.
 *
 * @since 0.1.0
 * @category constructors
 */
export const thresholds = ({ parameters }: Run.Run) =>
  Effect.map(Effect.orDie(StatusAudit.flow.parameters.decode(parameters)), ({ dormantFor, expiringWithin }) => ({
    dormantDays: Duration.toDays(dormantFor),
    expiringDays: Duration.toDays(expiringWithin)
  }))

const meanings = (summary: {
  readonly dormantDays: number
  readonly expiringDays: number
}): Readonly<Record<Finding.Finding, string>> => ({
  healthy: "none of the below",
  inactive: "the status is inactive",
  unrecognised: "the status is missing, or neither active nor inactive",
  mismatch: "the list and the status disagree, or status and active contradict each other",
  tokenExpired: "the directory token has expired",
  tokenExpiring: `the directory token expires within ${summary.expiringDays} days`,
  dormant: `not updated for more than ${summary.dormantDays} days`,
  missing: "listed, but the account does not exist",
  denied: "access was denied",
  undetermined: "the status could not be read"
})

/** `inactive` is not a warning: the account may have been made inactive on purpose. */
const tones: Readonly<Record<Finding.Finding, Tone>> = {
  healthy: "good",
  inactive: "plain",
  unrecognised: "warn",
  mismatch: "bad",
  tokenExpired: "bad",
  tokenExpiring: "warn",
  dormant: "warn",
  missing: "bad",
  denied: "bad",
  undetermined: "bad"
}

const share = (part: number, total: number) => (total === 0 ? "" : `${((100 * part) / total).toFixed(1)} %`)

/**
 * Returns the first line of a finished audit's summary.
 *
 * @since 0.1.0
 * @category reports
 */
export const head = ({ finishedAt, listed, runId, startedAt, total }: StatusAudit.Summary): string => {
  const which = listed === undefined ? "" : ` of ${count(listed)}`
  const what = total === 1 && listed === undefined ? "account" : "accounts"
  return `${count(total)}${which} ${what} audited in ${elapsed(startedAt, finishedAt)}, run ${runId}`
}

const findings = (
  { counts, total }: StatusAudit.FindingCounts,
  meaning: Readonly<Record<Finding.Finding, string>>,
  layout: Layout
): string =>
  Table.render(
    [
      { title: "FINDING", width: "fixed" },
      { title: "ACCOUNTS", width: "fixed", align: "right" },
      { title: "SHARE", width: "fixed", align: "right" },
      { title: "MEANING", width: "flexible" }
    ],
    Finding.Finding.literals.map((finding) => {
      const tone = counts[finding] === 0 ? "faint" : tones[finding]
      return [
        { text: finding, tone },
        { text: count(counts[finding]), tone },
        share(counts[finding], total),
        { text: meaning[finding], tone: "faint" }
      ]
    }),
    layout
  )

const failures = ({ errors }: StatusAudit.FindingCounts, layout: Layout): ReadonlyArray<string> => {
  const kinds = Object.entries(errors)
  if (kinds.length === 0) return []
  const table = Table.render(
    [
      { title: "ERROR", width: "fixed" },
      { title: "ACCOUNTS", width: "fixed", align: "right" }
    ],
    kinds.map(([kind, number]) => [{ text: kind, tone: "bad" }, count(number)]),
    layout
  )
  return [table]
}

/**
 * @since 0.1.0
 * @category reports
 */
export const render = (
  head: string,
  tally: StatusAudit.FindingCounts,
  thresholds: { readonly dormantDays: number; readonly expiringDays: number },
  layout: Layout
): string => [head, findings(tally, meanings(thresholds), layout), ...failures(tally, layout)].join("\n\n")
