/**
 * What became of a plan, for people.
 *
 * @since 0.1.0
 */
import type { OnboardAccounts } from "@effect-glowmarkt/runner"
import { count } from "../../terminal/Format.js"
import type { Layout } from "../../terminal/Output.js"
import type { Tone } from "../../terminal/Style.js"
import * as Table from "../../terminal/Table.js"
import * as TroubleList from "../../terminal/TroubleList.js"
import * as Tally from "./Tally.js"

const kinds: ReadonlyArray<readonly [kind: Tally.Kind, meaning: string, tone: Tone]> = [
  ["made", "changed, and verified", "good"],
  ["sent", "changed; the provider cannot show it, so it is not verified", "good"],
  ["found", "already as wanted when the plan was applied", "plain"],
  ["reached", "nothing to do: already so", "plain"],
  ["missed", "left alone", "warn"],
  ["failed", "failed", "bad"],
  ["unprocessed", "not tried yet", "warn"]
]

const counted = ({ counts }: Tally.Tally, layout: Layout): string =>
  Table.render(
    [
      { title: "ROWS", width: "fixed", align: "right" },
      { title: "WHAT BECAME OF THEM", width: "flexible" }
    ],
    kinds
      .filter(([kind]) => counts[kind] > 0 || (kind === "made" && counts.sent === 0))
      .map(([kind, meaning, tone]) => {
        const shown = counts[kind] > 0 ? tone : "faint"
        return [
          { text: count(counts[kind]), tone: shown },
          { text: meaning, tone: shown }
        ]
      }),
    layout
  )

const troubled = (tally: Tally.Tally, layout: Layout): ReadonlyArray<string> =>
  TroubleList.render(
    "WHY",
    tally.troubled.map((row) =>
      // A row that could not be used is named by its line alone.
      row.key === `line ${row.line}`
        ? { text: Tally.why(row) }
        : { line: row.line, text: `${row.key}: ${Tally.why(row)}` }
    ),
    layout,
    Tally.troubledRows(tally)
  )

const takenBack = (undone: OnboardAccounts.Undone | undefined): ReadonlyArray<string> =>
  undone === undefined
    ? []
    : [
        `Not all could be added: ${count(undone.inactive)} that were are inactive again, ${count(undone.failed)} could not be made so.`
      ]

/**
 * `head` says which run it is.
 *
 * @since 0.1.0
 * @category rendering
 */
export const render = (
  head: string,
  tally: Tally.Tally,
  undone: OnboardAccounts.Undone | undefined,
  layout: Layout
): string => [head, counted(tally, layout), ...troubled(tally, layout), ...takenBack(undone)].join("\n\n")
