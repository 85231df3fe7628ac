/**
 * The summary of an applied plan as text for people.
 *
 * @since 0.1.0
 */
import type { OnboardAccounts } from "@effect-glowmarkt/runner"
import { count } from "../../terminal/Format.js"
import type { Layout } from "../../terminal/Output.js"
import * as RowProblems from "../../terminal/RowProblems.js"
import type { Tone } from "../../terminal/Style.js"
import * as Table from "../../terminal/Table.js"
import * as ApplyTally from "./ApplyTally.js"

const kinds: ReadonlyArray<readonly [kind: ApplyTally.Kind, meaning: string, tone: Tone]> = [
  ["made", "changed and verified", "good"],
  ["sent", "changed; cannot be verified, because the API does not show it", "good"],
  ["found", "already done when the plan was applied", "plain"],
  ["reached", "nothing to do", "plain"],
  ["missed", "skipped", "warn"],
  ["failed", "failed", "bad"],
  ["unprocessed", "not tried yet", "warn"]
]

const counted = ({ counts }: ApplyTally.ApplyTally, layout: Layout): string =>
  Table.render(
    [
      { title: "ROWS", width: "fixed", align: "right" },
      { title: "OUTCOME", width: "flexible" }
    ],
    kinds
      .filter(([kind]) => counts[kind] > 0 || (kind === "made" && counts.sent === 0))
      .map(([kind, meaning, tone]) => {
        const rowTone = counts[kind] > 0 ? tone : "faint"
        return [
          { text: count(counts[kind]), tone: rowTone },
          { text: meaning, tone: rowTone }
        ]
      }),
    layout
  )

const incomplete = (tally: ApplyTally.ApplyTally, layout: Layout): ReadonlyArray<string> =>
  RowProblems.render(
    "NOT COMPLETED",
    tally.incomplete.map((row) =>
      // The key of an invalid row is its line number.
      row.key === `line ${row.line}`
        ? { text: ApplyTally.reason(row) }
        : { line: row.line, text: `${row.key}: ${ApplyTally.reason(row)}` }
    ),
    layout,
    ApplyTally.incompleteCount(tally)
  )

const rollbackNote = (rollback: OnboardAccounts.Rollback | undefined): ReadonlyArray<string> =>
  rollback === undefined
    ? []
    : [
        `Some accounts could not be added. Of those that were added, ${count(rollback.inactive)} are inactive; ${count(rollback.failed)} could not be made inactive.`
      ]

/**
 * Formats the summary. `head` is its first line, which identifies the run.
 *
 * @since 0.1.0
 * @category reports
 */
export const render = (
  head: string,
  tally: ApplyTally.ApplyTally,
  rollback: OnboardAccounts.Rollback | undefined,
  layout: Layout
): string => [head, counted(tally, layout), ...incomplete(tally, layout), ...rollbackNote(rollback)].join("\n\n")
