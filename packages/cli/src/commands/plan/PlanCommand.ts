/**
 * The arguments and options of `glowmarkt plan …`.
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
    "The CSV file, or - for standard input: UTF-8 or UTF-16, with any delimiter that spreadsheets use."
  )
)

const common = {
  out: Flags.path("out", "FILE").pipe(
    Options.withDescription("The file to write the plan to, for glowmarkt apply. Without it, the plan is only shown."),
    Options.optional
  ),
  invalid: Options.boolean("skip-invalid").pipe(
    Options.map((skip): "skip" | "refuse" => (skip ? "skip" : "refuse")),
    Options.withDescription(
      "Plans the valid rows even if others are invalid. Invalid rows are still listed, and the exit code is 1."
    )
  ),
  ...RunFlags.limits,
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
        Options.withDescription("If one account cannot be added, makes those already added inactive.")
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
        Options.withDescription(
          "Instead of a CSV, takes the accounts that have any of --findings in this finished audit."
        ),
        Options.optional
      ),
      findings: Flags.someOf("findings", Finding.literals).pipe(
        Options.withPseudoName("LIST"),
        Options.withDescription(
          "The audit findings to select accounts by, separated by commas: any of them is enough."
        ),
        Options.optional
      ),
      ...RunFlags.storeOrDatabase
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
        Options.withDescription(
          "The file the new passwords are written to when the plan is applied. Only its owner can read it."
        )
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
      ...RunFlags.limits,
      auth: common.auth,
      progress: common.progress,
      form: common.form,
      run: Flags.argument("RUN", RunId).pipe(Args.withDescription("The id of the finished run to undo.")),
      ...RunFlags.storeOrDatabase
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
 * @category constants
 */
export const command = group.command

/**
 * Help pages of the command groups.
 *
 * @since 0.1.0
 * @category constants
 */
export const groups: ReadonlyArray<HelpPage.HelpPage> = [group.page]

/**
 * @since 0.1.0
 * @category constants
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
