/**
 * How `glowmarkt audit` is spelled.
 *
 * @since 0.1.0
 */
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import { Finding } from "@effect-glowmarkt/runner/Finding"
import { RunId } from "@effect-glowmarkt/runner/Run"
import * as AuditFormat from "./AuditFormat.js"
import * as Auth from "./Auth.js"
import * as Flags from "./Flags.js"
import * as Lazy from "./Lazy.js"
import * as Page from "./Page.js"

const findings = Finding.literals

const days = { min: 0, max: 36_500 }

const options = {
  out: Options.text("out").pipe(
    Options.withPseudoName("DIR"),
    Options.withDescription("The directory for the results, created if need be. Without it only the summary is shown."),
    Options.optional
  ),
  formats: Flags.someOf("format", AuditFormat.all).pipe(
    Options.withPseudoName("LIST"),
    Options.withDescription(
      "Which results to write: json is DIR/audit.json, the summary; ndjson and csv are DIR/accounts.ndjson and DIR/accounts.csv, a row an account; html is DIR/report.html, charts and a table to search in a browser. All of them unless given."
    ),
    Options.optional
  ),
  concurrency: Flags.wholeNumber("concurrency", { min: 1, max: 256 }).pipe(
    Options.withDescription("How many accounts are asked about at a time. Default: 16."),
    Options.optional
  ),
  dormantDays: Flags.wholeNumber("dormant-days", days).pipe(
    Options.withDescription("An account not updated for more days than this is dormant. Default: 180."),
    Options.optional
  ),
  expiringDays: Flags.wholeNumber("expiring-days", days).pipe(
    Options.withDescription("A directory token that ends within so many days is expiring. Default: 7."),
    Options.optional
  ),
  run: Flags.schema("run", "ID", RunId).pipe(
    Options.withDescription("The run to resume, or the name of a new one. Without it, a new name."),
    Options.optional
  ),
  store: Options.text("store").pipe(
    Options.withPseudoName("FILE"),
    Options.withDescription(
      "Where runs are kept, a SQLite file. Default: $XDG_STATE_HOME/glowmarkt/runs.db, or ~/.local/state/glowmarkt/runs.db."
    ),
    Options.optional
  ),
  failOn: Flags.someOf("fail-on", findings).pipe(
    Options.withPseudoName("LIST"),
    Options.withDescription(`Exit with 1 if an account has one of these findings: ${findings.join(", ")}.`),
    Options.optional
  ),
  progress: Options.boolean("quiet").pipe(
    Options.withAlias("q"),
    Options.map((quiet) => (quiet ? "quiet" : "shown")),
    Options.withDescription("Shows no progress.")
  ),
  auth: Auth.admin,
  form: Flags.form
}

const audit = Page.describe(
  Command.make(
    "audit",
    options,
    Lazy.handler(
      () => import("./Audit.js"),
      (audit) => audit.run
    )
  ),
  {
    path: ["audit"],
    usage: "[OPTIONS]",
    summary: "read the status of every account and say what is found",
    about: [
      "Reads the list of accounts, then the status of each, and classifies them. Every listed account is counted. It changes nothing.",
      "What is read is kept at once: an audit that was interrupted goes on where it stopped when it is started again with its run id. The line to do so is printed."
    ],
    examples: [
      { does: "Audit all accounts and keep the results", line: "glowmarkt audit --out audit" },
      {
        does: "In a nightly job: fail if list and status disagree, or tokens have ended",
        line: "glowmarkt audit --quiet --json --fail-on mismatch,tokenExpired"
      },
      {
        does: "Try it against accounts that do not exist (the other terminal says the keys)",
        line: "glowmarkt simulate --accounts 5000"
      }
    ]
  }
)

/**
 * @since 0.1.0
 * @category commands
 */
export const command = audit.command

/**
 * @since 0.1.0
 * @category help
 */
export const page = audit.page
