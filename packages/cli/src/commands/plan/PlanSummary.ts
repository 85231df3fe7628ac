/**
 * What a plan would do, for people: how many, and the first of them.
 *
 * @since 0.1.0
 */
import type { Plan } from "@effect-glowmarkt/runner"
import * as DateTime from "effect/DateTime"
import { count } from "../../terminal/Format.js"
import type { Layout } from "../../terminal/Output.js"
import * as Table from "../../terminal/Table.js"
import * as TroubleList from "../../terminal/TroubleList.js"

const shown = 5

const head = ({ createdAt, flow, target }: Plan.Header): string =>
  Table.facts([
    ["Plan", flow],
    ["Made", `${DateTime.formatIso(createdAt).slice(0, 16).replace("T", " ")} UTC`],
    ["Server", target.origin],
    ["Application", target.applicationId]
  ])

const counted = ({ counts }: Plan.Header, layout: Layout): string =>
  Table.render(
    [
      { title: "ROWS", width: "fixed", align: "right" },
      { title: "WHAT IS TO BE DONE", width: "flexible" }
    ],
    [
      [count(counts.change), { text: "change", tone: counts.change > 0 ? "good" : "plain" }],
      ...(counts.nothing > 0 ? [[count(counts.nothing), "nothing: already so"]] : []),
      ...(counts.skip > 0 ? [[count(counts.skip), { text: "leave alone", tone: "warn" as const }]] : []),
      ...(counts.invalid > 0 ? [[count(counts.invalid), { text: "leave out", tone: "bad" as const }]] : [])
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

const withReason = (entries: ReadonlyArray<Plan.Entry>, tag: "Skip" | "Invalid") =>
  entries.flatMap(
    ({ intent, key, line }): ReadonlyArray<TroubleList.Trouble> =>
      // What is wrong with a row says where.
      intent._tag === tag ? [tag === "Skip" ? { line, text: `${key}: ${intent.reason}` } : { text: intent.reason }] : []
  )

/**
 * @since 0.1.0
 * @category rendering
 */
export const render = ({ entries, header }: Plan.Plan, layout: Layout): string =>
  [
    head(header),
    counted(header, layout),
    ...changes(
      entries.filter(({ intent }) => intent._tag === "Change"),
      layout
    ),
    ...TroubleList.render("LEFT ALONE", withReason(entries, "Skip"), layout),
    ...TroubleList.render("LEFT OUT", withReason(entries, "Invalid"), layout)
  ].join("\n\n")
