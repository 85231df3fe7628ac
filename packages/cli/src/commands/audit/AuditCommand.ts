/**
 * How `glowmarkt audit` is spelled.
 *
 * @since 0.1.0
 */
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import * as Auth from "../../args/Auth.js"
import * as Flags from "../../args/Flags.js"
import * as Lazy from "../../args/Lazy.js"
import * as RunFlags from "../../args/RunFlags.js"
import * as HelpPage from "../../help/HelpPage.js"
import * as AccountIds from "./AccountIds.js"
import * as AuditFlags from "./AuditFlags.js"

const days = { min: 0, max: 36_500 }

const options = {
  out: AuditFlags.out,
  overwrite: RunFlags.overwrite,
  formats: AuditFlags.formats,
  ...RunFlags.effort,
  dormantDays: Flags.wholeNumber("dormant-days", days).pipe(
    Options.withDescription("An account not updated for more days than this is dormant. Default: 180."),
    Options.optional
  ),
  expiringDays: Flags.wholeNumber("expiring-days", days).pipe(
    Options.withDescription("A directory token that ends within so many days is expiring. Default: 7."),
    Options.optional
  ),
  only: Options.text("only").pipe(
    Options.withPseudoName("IDS"),
    Options.mapEffect((text) =>
      Effect.mapError(AccountIds.parse(text), (problem) => Flags.invalid(`--only: ${problem}.`))
    ),
    Options.withDescription(
      "Audits only these accounts: ids with commas between them, or @FILE, a CSV with a column accountId, as audits write them."
    ),
    Options.optional
  ),
  where: Flags.where("Audits only accounts that meet this as they are listed."),
  sample: Flags.wholeNumber("sample", { min: 1, max: 10_000_000 }).pipe(
    Options.withDescription("Audits only so many of them, drawn by lot: the same for the same run id."),
    Options.optional
  ),
  run: RunFlags.run,
  store: RunFlags.store,
  failOn: AuditFlags.failOn,
  progress: RunFlags.progress,
  auth: Auth.admin,
  form: RunFlags.form
}

const audit = HelpPage.describe(
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
        does: "Only some: those that were not updated for long, or a sample",
        line: 'glowmarkt audit --where "status = active and updatedAt before 180 days ago" --sample 500'
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
