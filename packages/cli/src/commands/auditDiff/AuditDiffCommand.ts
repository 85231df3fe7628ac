/**
 * The arguments and options of `glowmarkt audit-diff`.
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
    Args.withDescription(`The ${which} audit: its run id, its accounts.ndjson file, or that file's directory.`)
  )

const diff = HelpPage.describe(
  Command.make(
    "audit-diff",
    {
      before: audit("BEFORE", "earlier"),
      after: audit("AFTER", "later"),
      ...RunFlags.storeOrDatabase,
      form: Options.boolean("json").pipe(
        Options.map((json): Flags.Form => (json ? "json" : "human")),
        Options.withDescription("Prints JSON Lines: one difference per line, then the counts.")
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
    summary: "show what changed between two audits",
    about: [
      "Lists accounts that appeared or vanished, and accounts whose findings or fields changed. Sends no requests.",
      "Exits 0 if the audits are the same, 1 if they differ."
    ],
    examples: [
      { description: "Compare two runs", command: "glowmarkt audit-diff march april" },
      {
        description: "Compare their result files",
        command: "glowmarkt audit-diff march/accounts.ndjson april/accounts.ndjson"
      }
    ]
  }
)

/**
 * @since 0.1.0
 * @category constants
 */
export const command = diff.command

/**
 * @since 0.1.0
 * @category constants
 */
export const page = diff.page
