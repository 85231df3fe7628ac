/**
 * How `glowmarkt audit-diff` is spelled.
 *
 * @since 0.1.0
 */
import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import type * as Flags from "../../args/Flags.js"
import * as Lazy from "../../args/Lazy.js"
import * as RunFlags from "../../args/RunFlags.js"
import * as HelpPage from "../../help/HelpPage.js"

const audit = (name: string, which: string) =>
  Args.text({ name }).pipe(
    Args.withDescription(`The ${which} audit: its run id, its accounts.ndjson, or the directory that is in.`)
  )

const diff = HelpPage.describe(
  Command.make(
    "audit-diff",
    {
      before: audit("BEFORE", "earlier"),
      after: audit("AFTER", "later"),
      store: RunFlags.store,
      form: Options.boolean("json").pipe(
        Options.map((json): Flags.Form => (json ? "json" : "human")),
        Options.withDescription("Prints JSON instead: a line a difference, and the counts as the last.")
      )
    },
    Lazy.handler(
      () => import("./AuditDiff.js"),
      (diff) => diff.run
    )
  ),
  {
    path: ["audit-diff"],
    usage: "BEFORE AFTER [OPTIONS]",
    summary: "say what changed between two audits",
    about: [
      "Accounts that appeared and vanished, and those with other findings or other fields, a line each. The server is not asked anything.",
      "Exits with 0 if the audits are the same, and with 1 if they differ."
    ],
    examples: [
      { does: "Compare two runs", line: "glowmarkt audit-diff march april" },
      { does: "Compare what they wrote", line: "glowmarkt audit-diff march/accounts.ndjson april/accounts.ndjson" }
    ]
  }
)

/**
 * @since 0.1.0
 * @category commands
 */
export const command = diff.command

/**
 * @since 0.1.0
 * @category help
 */
export const page = diff.page
