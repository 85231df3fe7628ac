/**
 * How `glowmarkt plan …` is spelled.
 *
 * @since 0.1.0
 */
import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import { ApplicationIdInput } from "@effect-glowmarkt/core/Identifier"
import { Finding } from "@effect-glowmarkt/runner/Finding"
import { RunId } from "@effect-glowmarkt/runner/Run"
import * as Auth from "../../args/Auth.js"
import * as Flags from "../../args/Flags.js"
import * as Lazy from "../../args/Lazy.js"
import * as RunFlags from "../../args/RunFlags.js"
import * as HelpPage from "../../help/HelpPage.js"
import * as PlanPages from "./PlanPages.js"

const load = () => import("./Plan.js")

const csv = Args.text({ name: "CSV" }).pipe(
  Args.withDescription(
    "The file with the rows, or - for standard input: UTF-8 or UTF-16, with any delimiter a spreadsheet writes."
  )
)

const common = {
  out: Flags.path("out", "FILE").pipe(
    Options.withDescription("Where to write the plan, for glowmarkt apply. Without it, it is only shown."),
    Options.optional
  ),
  invalid: Options.boolean("skip-invalid").pipe(
    Options.map((skip): "skip" | "refuse" => (skip ? "skip" : "refuse")),
    Options.withDescription(
      "Plans the good rows although others are wrong. These are told all the same, and the exit code is 1."
    )
  ),
  ...RunFlags.effort,
  auth: Auth.admin,
  progress: RunFlags.progress,
  form: RunFlags.form
}

const application = Flags.schema("application", "ID", ApplicationIdInput).pipe(
  Options.withDescription("The application. Default: GLOWMARKT_APPLICATION_ID."),
  Options.optional
)

const rename = HelpPage.describe(
  Command.make(
    "rename",
    { ...common, csv },
    Lazy.handler(load, (plan) => plan.rename)
  ),
  PlanPages.rename
)

const onboard = HelpPage.describe(
  Command.make(
    "onboard",
    {
      ...common,
      csv,
      together: Options.boolean("all-or-nothing").pipe(
        Options.map((all): "allOrNothing" | "eachRow" => (all ? "allOrNothing" : "eachRow")),
        Options.withDescription(
          "If one user cannot be given an account, the accounts that were added are made inactive again."
        )
      )
    },
    Lazy.handler(load, (plan) => plan.onboard)
  ),
  PlanPages.onboard
)

const offboard = HelpPage.describe(
  Command.make(
    "offboard",
    {
      ...common,
      application,
      csv: Args.optional(csv),
      fromAudit: Flags.schema("from-audit", "RUN", RunId).pipe(
        Options.withDescription("Instead of a CSV: the accounts in which this finished audit found any of --findings."),
        Options.optional
      ),
      findings: Flags.someOf("findings", Finding.literals).pipe(
        Options.withPseudoName("LIST"),
        Options.withDescription(
          "Findings of an audit, separated by commas: an account with any of them is planned, as --fail-on has it."
        ),
        Options.optional
      ),
      store: RunFlags.store
    },
    Lazy.handler(load, (plan) => plan.offboard)
  ),
  PlanPages.offboard
)

const correct = HelpPage.describe(
  Command.make(
    "correct",
    { ...common, csv, application },
    Lazy.handler(load, (plan) => plan.correct)
  ),
  PlanPages.correct
)

const passwords = HelpPage.describe(
  Command.make(
    "passwords",
    {
      ...common,
      csv,
      application,
      passwordFile: Flags.path("passwords", "FILE").pipe(
        Options.withDescription("Where the new passwords are written when the plan is applied, for its owner only.")
      )
    },
    Lazy.handler(load, (plan) => plan.passwords)
  ),
  PlanPages.passwords
)

const mobileTokens = HelpPage.describe(
  Command.make(
    "mobile-tokens",
    { ...common, csv, application },
    Lazy.handler(load, (plan) => plan.mobileTokens)
  ),
  PlanPages.mobileTokens
)

const undo = HelpPage.describe(
  Command.make(
    "undo",
    {
      out: common.out,
      ...RunFlags.effort,
      auth: common.auth,
      progress: common.progress,
      form: common.form,
      run: Flags.argument("RUN", RunId).pipe(Args.withDescription("The id of the finished run to take back.")),
      store: RunFlags.store
    },
    Lazy.handler(load, (plan) => plan.undo)
  ),
  PlanPages.undo
)

const group = HelpPage.describe(
  Command.make("plan").pipe(
    Command.withSubcommands([
      rename.command,
      onboard.command,
      offboard.command,
      correct.command,
      passwords.command,
      mobileTokens.command,
      undo.command
    ])
  ),
  PlanPages.group
)

/**
 * @since 0.1.0
 * @category commands
 */
export const command = group.command

/**
 * Help of the words that other words follow.
 *
 * @since 0.1.0
 * @category help
 */
export const groups: ReadonlyArray<HelpPage.HelpPage> = [group.page]

/**
 * @since 0.1.0
 * @category help
 */
export const pages: ReadonlyArray<HelpPage.HelpPage> = [
  rename.page,
  onboard.page,
  offboard.page,
  correct.page,
  passwords.page,
  mobileTokens.page,
  undo.page
]
