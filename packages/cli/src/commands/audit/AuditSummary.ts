/**
 * What an audit came to, for people.
 *
 * @since 0.1.0
 */
import { Finding, type Run, StatusAudit } from "@effect-glowmarkt/runner"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { count, elapsed } from "../../terminal/Format.js"
import type { Layout } from "../../terminal/Output.js"
import type { Tone } from "../../terminal/Style.js"
import * as Table from "../../terminal/Table.js"

/**
 * The thresholds an audit was started with. Those of a resumed run may differ from today's defaults.
 *
 * @since 0.1.0
 * @category reading
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
  inactive: "the status says so",
  unrecognised: "the status is neither active nor inactive, or there is none",
  mismatch: "list and status, or status and active, disagree",
  tokenExpired: "the directory's token has ended",
  tokenExpiring: `the directory's token ends within ${summary.expiringDays} days`,
  dormant: `not updated for more than ${summary.dormantDays} days`,
  missing: "listed, but there is no such account",
  denied: "the credentials were refused for it",
  undetermined: "its status could not be read"
})

/** How bad each is: of an account that has ended its own way there is nothing to repair. */
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
 * The first line, of an audit that is finished.
 *
 * @since 0.1.0
 * @category rendering
 */
export const head = ({ finishedAt, listed, runId, startedAt, total }: StatusAudit.Summary): string => {
  const which = listed === undefined ? "" : ` of ${count(listed)}`
  const what = total === 1 && listed === undefined ? "account" : "accounts"
  return `${count(total)}${which} ${what} audited in ${elapsed(startedAt, finishedAt)}, run ${runId}`
}

const findings = (
  { counts, total }: StatusAudit.Tally,
  says: Readonly<Record<Finding.Finding, string>>,
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
        { text: says[finding], tone: "faint" }
      ]
    }),
    layout
  )

const failures = ({ errors }: StatusAudit.Tally, layout: Layout): ReadonlyArray<string> => {
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
 * @category rendering
 */
export const render = (
  head: string,
  found: StatusAudit.Tally,
  lines: { readonly dormantDays: number; readonly expiringDays: number },
  layout: Layout
): string => [head, findings(found, meanings(lines), layout), ...failures(found, layout)].join("\n\n")
