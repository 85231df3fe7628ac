/**
 * The summary of a plan as text for people: counts, and the first changes.
 *
 * @since 0.1.0
 */
import type { Plan } from "@effect-glowmarkt/runner"
import { count, instant } from "../../terminal/Format.js"
import type { Layout } from "../../terminal/Output.js"
import * as RowProblems from "../../terminal/RowProblems.js"
import * as Table from "../../terminal/Table.js"

const maxChangesShown = 5

const head = ({ createdAt, flow, target }: Plan.Header): string =>
  Table.facts([
    ["Plan", flow],
    ["Made", instant(createdAt)],
    ["Server", target.origin],
    ["Application", target.applicationId]
  ])

const counted = ({ counts }: Plan.Header, layout: Layout): string =>
  Table.render(
    [
      { title: "ROWS", width: "fixed", align: "right" },
      { title: "ACTION", width: "flexible" }
    ],
    [
      [count(counts.change), { text: "change", tone: counts.change > 0 ? "good" : "plain" }],
      ...(counts.nothing > 0 ? [[count(counts.nothing), "nothing to do"]] : []),
      ...(counts.skip > 0 ? [[count(counts.skip), { text: "skip", tone: "warn" as const }]] : []),
      ...(counts.invalid > 0 ? [[count(counts.invalid), { text: "invalid, left out", tone: "bad" as const }]] : [])
    ],
    layout
  )

const changes = (all: ReadonlyArray<Plan.Entry>, layout: Layout): ReadonlyArray<string> => {
  if (all.length === 0) return []
  const first = all.slice(0, maxChangesShown)
  const hasLines = first.some(({ line }) => line !== undefined)
  const table = Table.render(
    [
      ...(hasLines ? [{ title: "LINE", width: "fixed", align: "right" } as const] : []),
      { title: "SUBJECT", width: "flexible" },
      { title: "CHANGE", width: "flexible" }
    ],
    first.map(({ key, line, will }) => [...(hasLines ? [line === undefined ? "" : String(line)] : []), key, will]),
    layout
  )
  return [all.length > maxChangesShown ? `${table}\nand ${count(all.length - maxChangesShown)} more` : table]
}

const withReason = (entries: ReadonlyArray<Plan.Entry>, tag: "Skip" | "Invalid") =>
  entries.flatMap(
    ({ intent, key, line }): ReadonlyArray<RowProblems.RowProblem> =>
      // The reason for an invalid row already names its line.
      intent._tag === tag ? [tag === "Skip" ? { line, text: `${key}: ${intent.reason}` } : { text: intent.reason }] : []
  )

/**
 * @since 0.1.0
 * @category reports
 */
export const render = ({ entries, header }: Plan.Plan, layout: Layout): string =>
  [
    head(header),
    counted(header, layout),
    ...changes(
      entries.filter(({ intent }) => intent._tag === "Change"),
      layout
    ),
    ...RowProblems.render("SKIPPED", withReason(entries, "Skip"), layout),
    ...RowProblems.render("INVALID", withReason(entries, "Invalid"), layout)
  ].join("\n\n")
