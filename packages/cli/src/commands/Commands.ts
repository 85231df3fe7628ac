/**
 * Every command, with its help page.
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
import * as DatabaseCommand from "./database/DatabaseCommand.js"
import * as MeCommand from "./me/MeCommand.js"
import * as PlanCommand from "./plan/PlanCommand.js"
import * as RunsCommand from "./runs/RunsCommand.js"
import * as SimulateCommand from "./simulate/SimulateCommand.js"
import * as WorkerCommand from "./worker/WorkerCommand.js"

const all = HelpPage.describe(
  Command.make("glowmarkt").pipe(
    Command.withSubcommands([
      AuditCommand.command,
      AuditDiffCommand.command,
      PlanCommand.command,
      ApplyCommand.command,
      RunsCommand.command,
      WorkerCommand.command,
      DatabaseCommand.command,
      SimulateCommand.command,
      AccountsCommand.command,
      MeCommand.command
    ]),
    // `--log-level debug` shows where an error comes from.
    Command.transformHandler((handler) => Effect.tapErrorCause(handler, (cause) => Effect.logDebug(cause)))
  ),
  {
    path: [],
    usage: "COMMAND [OPTIONS]",
    summary: "audit and administer Glowmarkt accounts, one at a time or in bulk",
    about: [
      "Credentials are read from these variables, or from a .env file in the working directory. Empty values are ignored. Administrators need appKeys, orgAppKeys, devUserToken or devUserSession; users need userToken or session. If several are set, choose one with --auth.",
      "If only the secret, token or password is missing, glowmarkt prompts for it without echo; without a terminal, it reads a line of standard input. To be prompted for a token, pass --auth devUserToken or --auth userToken."
    ],
    examples: [
      {
        description: "Try it without an account: start a simulated server in one terminal",
        command: "glowmarkt simulate --accounts 5000"
      },
      {
        description: "Set the URL and keys it prints in another terminal, then run",
        command: "glowmarkt audit --out audit"
      }
    ]
  }
)

/**
 * @since 0.1.0
 * @category constants
 */
export const root = all.command

/**
 * @since 0.1.0
 * @category constants
 */
export const overview = all.page

/**
 * @since 0.1.0
 * @category constants
 */
export const groups: ReadonlyArray<HelpPage.HelpPage> = [
  ...PlanCommand.groups,
  ...RunsCommand.groups,
  ...DatabaseCommand.groups,
  ...AccountsCommand.groups,
  ...MeCommand.groups
]

/**
 * @since 0.1.0
 * @category constants
 */
export const pages: ReadonlyArray<HelpPage.HelpPage> = [
  AuditCommand.page,
  AuditDiffCommand.page,
  ...PlanCommand.pages,
  ApplyCommand.page,
  ...RunsCommand.pages,
  WorkerCommand.page,
  ...DatabaseCommand.pages,
  SimulateCommand.page,
  ...AccountsCommand.pages,
  ...MeCommand.pages
]
