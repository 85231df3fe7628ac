/**
 * A difference between two audits as a line of text.
 *
 * @since 0.1.0
 */
import type { AuditDiff } from "@effect-glowmarkt/runner"
import * as Option from "effect/Option"
import { count, plural } from "../../terminal/Format.js"
import type { Sink } from "../../terminal/Output.js"
import * as Sanitize from "../../terminal/Sanitize.js"
import * as Style from "../../terminal/Style.js"

const widest = "appeared".length

const idWidth = 36

const line = (word: string, tone: Style.Tone, accountId: string | undefined, what: string, colour: Sink["colour"]) =>
  [
    Style.paint(tone, word.padEnd(widest), colour),
    Sanitize.text(accountId ?? "account without id").padEnd(idWidth),
    Sanitize.text(what)
  ]
    .join("  ")
    .trimEnd()

const formatValue = (value: string | null) => (value === null ? "empty" : JSON.stringify(value))

const findings = (words: ReadonlyArray<string>) => words.join(", ")

/**
 * @since 0.1.0
 * @category reports
 */
export const render = (difference: AuditDiff.Difference, colour: Sink["colour"]): string => {
  const { accountId } = difference
  switch (difference._tag) {
    case "Appeared":
      return line("appeared", "good", accountId, findings(difference.row.findings), colour)
    case "Vanished":
      return line("vanished", "bad", accountId, `was ${findings(difference.row.findings)}`, colour)
    case "FindingsChanged": {
      const { after, before } = difference
      return line("changed", "warn", accountId, `findings: ${findings(before)} -> ${findings(after)}`, colour)
    }
    case "FieldChanged": {
      const { after, before, field } = difference
      return line("changed", "warn", accountId, `${field}: ${formatValue(before)} -> ${formatValue(after)}`, colour)
    }
  }
}

const parts: ReadonlyArray<readonly [name: keyof AuditDiff.Counts, words: string]> = [
  ["appeared", "appeared"],
  ["vanished", "vanished"],
  ["findingsChanged", "with changed findings"],
  ["fieldsChanged", "with changed fields"]
]

/**
 * Returns the counts in a sentence, or `None` if the audits are the same.
 *
 * @since 0.1.0
 * @category reports
 */
export const summary = (counts: AuditDiff.Counts): Option.Option<string> => {
  const [first, ...others] = parts.filter(([name]) => counts[name] > 0)
  if (first === undefined) return Option.none()
  const [name, words] = first
  const rest = others.map(([name, words]) => `${count(counts[name])} ${words}`)
  return Option.some(`${[`The audits differ: ${plural(counts[name], "account")} ${words}`, ...rest].join(", ")}.`)
}
