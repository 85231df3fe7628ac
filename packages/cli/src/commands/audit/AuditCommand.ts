/**
 * The arguments and options of `glowmarkt audit`.
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
  ...RunFlags.limits,
  dormantDays: Flags.wholeNumber("dormant-days", days).pipe(
    Options.withDescription("An account not updated for more than N days is dormant. Default: 180."),
    Options.optional
  ),
  expiringDays: Flags.wholeNumber("expiring-days", days).pipe(
    Options.withDescription("A directory token that expires within N days is expiring. Default: 7."),
    Options.optional
  ),
  only: Options.text("only").pipe(
    Options.withPseudoName("IDS"),
    Options.mapEffect((text) =>
      Effect.mapError(AccountIds.parse(text), (problem) => Flags.invalid(`--only: ${problem}.`))
    ),
    Options.withDescription(
      "Audits only these accounts: ids separated by commas, or @FILE, a CSV with a column accountId, such as an audit's accounts.csv."
    ),
    Options.optional
  ),
  where: Flags.where("Audits only accounts whose list entry matches this filter."),
  sample: Flags.wholeNumber("sample", { min: 1, max: 10_000_000 }).pipe(
    Options.withDescription("Audits only N accounts, chosen at random; the same run id gives the same accounts."),
    Options.optional
  ),
  run: RunFlags.run,
  ...RunFlags.storeOrDatabase,
  afterSubmitting: RunFlags.afterSubmitting,
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
    summary: "check the status of every account and report findings",
    about: [
      "Reads the list of accounts, then the status of each, and classifies them. Every account on the list appears in the results, even if its status could not be read. An audit changes nothing.",
      "Results are saved as they arrive. If an audit stops early, the command that resumes it is printed."
    ],
    examples: [
      {
        description: "Audit all accounts and write the results to a directory",
        command: "glowmarkt audit --out audit"
      },
      {
        description: "In a nightly job, fail if list and status disagree or tokens have expired",
        command: "glowmarkt audit --quiet --json --fail-on mismatch,tokenExpired"
      },
      {
        description: "Audit a sample of the active accounts without recent updates",
        command: 'glowmarkt audit --where "status = active and updatedAt before 180 days ago" --sample 500'
      },
      {
        description: "Try it against a simulated server in another terminal, which prints the keys",
        command: "glowmarkt simulate --accounts 5000"
      }
    ]
  }
)

/**
 * @since 0.1.0
 * @category constants
 */
export const command = audit.command

/**
 * @since 0.1.0
 * @category constants
 */
export const page = audit.page
