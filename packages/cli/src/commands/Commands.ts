/**
 * All commands.
 *
 * @since 0.1.0
 */
import * as Command from "@effect/cli/Command"
import * as Effect from "effect/Effect"
import * as HelpPage from "../help/HelpPage.js"
import * as AccountsCommand from "./accounts/AccountsCommand.js"
import * as ApplyCommand from "./apply/ApplyCommand.js"
import * as AuditCommand from "./audit/AuditCommand.js"
import * as AuditDiffCommand from "./auditDiff/AuditDiffCommand.js"
import * as MeCommand from "./me/MeCommand.js"
import * as PlanCommand from "./plan/PlanCommand.js"
import * as RunsCommand from "./runs/RunsCommand.js"
import * as SimulateCommand from "./simulate/SimulateCommand.js"

const all = HelpPage.describe(
  Command.make("glowmarkt").pipe(
    Command.withSubcommands([
      AuditCommand.command,
      AuditDiffCommand.command,
      PlanCommand.command,
      ApplyCommand.command,
      RunsCommand.command,
      SimulateCommand.command,
      AccountsCommand.command,
      MeCommand.command
    ]),
    // Where an error comes from is for those who ask: --log-level debug.
    Command.transformHandler((handler) => Effect.tapErrorCause(handler, (cause) => Effect.logDebug(cause)))
  ),
  {
    path: [],
    usage: "COMMAND [OPTIONS]",
    summary: "audits, bulk changes and account administration on Glowmarkt",
    about: [
      "Credentials come from here, or from a file .env in the working directory. An empty value counts as none. Administrators need one of appKeys, orgAppKeys and devUserToken, users one of userToken and session; where there are several, --auth says which.",
      "Where only the secret is missing (a secret, a token, a password), it is asked for without echo; without a terminal it is a line of standard input. A token that is not in the environment at all is asked for with --auth devUserToken or --auth userToken."
    ],
    examples: [
      { does: "Try it without an account: a server in one terminal", line: "glowmarkt simulate --accounts 5000" },
      { does: "and with the url and keys it prints, in another", line: "glowmarkt audit --out audit" }
    ]
  }
)

/**
 * @since 0.1.0
 * @category commands
 */
export const root = all.command

/**
 * @since 0.1.0
 * @category help
 */
export const overview = all.page

/**
 * @since 0.1.0
 * @category help
 */
export const groups: ReadonlyArray<HelpPage.HelpPage> = [
  ...PlanCommand.groups,
  ...RunsCommand.groups,
  ...AccountsCommand.groups,
  ...MeCommand.groups
]

/**
 * @since 0.1.0
 * @category help
 */
export const pages: ReadonlyArray<HelpPage.HelpPage> = [
  AuditCommand.page,
  AuditDiffCommand.page,
  ...PlanCommand.pages,
  ApplyCommand.page,
  ...RunsCommand.pages,
  SimulateCommand.page,
  ...AccountsCommand.pages,
  ...MeCommand.pages
]
