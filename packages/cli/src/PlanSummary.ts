/**
 * What a plan would do, for people: how many, and the first of them.
 *
 * @since 0.1.0
 */
import type { CsvInput, Plan } from "@effect-glowmarkt/runner"
import * as DateTime from "effect/DateTime"
import type { Layout } from "./Output.js"
import { count } from "./ProgressBar.js"
import * as Table from "./Table.js"
import * as TroubleList from "./TroubleList.js"

const shown = 5

const head = ({ createdAt, flow, target }: Plan.Header): string =>
  Table.facts([
    ["Plan", flow],
    ["Made", `${DateTime.formatIso(createdAt).slice(0, 16).replace("T", " ")} UTC`],
    ["Server", target.origin],
    ["Application", target.applicationId]
  ])

const counted = ({ counts }: Plan.Header, invalid: number, layout: Layout): string =>
  Table.render(
    [
      { title: "ROWS", width: "fixed", align: "right" },
      { title: "WHAT IS TO BE DONE", width: "flexible" }
    ],
    [
      [count(counts.change), { text: "change", tone: counts.change > 0 ? "good" : "plain" }],
      ...(counts.nothing > 0 ? [[count(counts.nothing), "nothing: already so"]] : []),
      ...(counts.skip > 0 ? [[count(counts.skip), { text: "leave alone", tone: "warn" as const }]] : []),
      ...(invalid > 0 ? [[count(invalid), { text: "leave out", tone: "bad" as const }]] : [])
    ],
    layout
  )

const changes = (all: ReadonlyArray<Plan.Entry>, layout: Layout): ReadonlyArray<string> => {
  if (all.length === 0) return []
  const first = all.slice(0, shown)
  const lines = first.some(({ line }) => line !== undefined)
  const table = Table.render(
    [
      ...(lines ? [{ title: "LINE", width: "fixed", align: "right" } as const] : []),
      { title: "SUBJECT", width: "flexible" },
      { title: "CHANGE", width: "flexible" }
    ],
    first.map(({ key, line, will }) => [...(lines ? [line === undefined ? "" : String(line)] : []), key, will]),
    layout
  )
  return [all.length > shown ? `${table}\nand ${count(all.length - shown)} more` : table]
}

const leftAlone = (entries: ReadonlyArray<Plan.Entry>): ReadonlyArray<TroubleList.Trouble> =>
  entries.flatMap(({ intent, key, line }) =>
    intent._tag === "Skip" ? [{ line, text: `${key}: ${intent.reason}` }] : []
  )

/**
 * `problems` are those of the rows that were left out of it.
 *
 * @since 0.1.0
 * @category rendering
 */
export const render = (
  { entries, header }: Plan.Plan,
  problems: ReadonlyArray<CsvInput.Problem>,
  layout: Layout
): string =>
  [
    head(header),
    counted(header, new Set(problems.map(({ line }) => line)).size, layout),
    ...changes(
      entries.filter(({ intent }) => intent._tag === "Change"),
      layout
    ),
    ...TroubleList.render("LEFT ALONE", leftAlone(entries), layout),
    ...TroubleList.render(
      "LEFT OUT",
      problems.map(({ message }) => ({ text: message })),
      layout
    )
  ].join("\n\n")
