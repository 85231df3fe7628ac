/**
 * The arguments and options of `glowmarkt apply`.
 *
 * @since 0.1.0
 */
import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Auth from "../../args/Auth.js"
import * as Flags from "../../args/Flags.js"
import * as Lazy from "../../args/Lazy.js"
import * as RunFlags from "../../args/RunFlags.js"
import * as HelpPage from "../../help/HelpPage.js"

const apply = HelpPage.describe(
  Command.make(
    "apply",
    {
      plan: Args.text({ name: "PLAN" }).pipe(Args.withDescription("The plan file that glowmarkt plan wrote.")),
      run: RunFlags.run,
      ...RunFlags.storeOrDatabase,
      afterSubmitting: RunFlags.afterSubmitting,
      out: Flags.path("out", "DIR").pipe(
        Options.withDescription(
          "The directory for results.ndjson, the outcome of every row, and failed.csv, the rows to fix and plan again."
        ),
        Options.optional
      ),
      overwrite: RunFlags.overwrite,
      ...RunFlags.limits,
      ...RunFlags.consent,
      auth: Auth.admin,
      progress: RunFlags.progress,
      form: RunFlags.form
    },
    Lazy.handler(
      () => import("./Apply.js"),
      (apply) => apply.run
    )
  ),
  {
    path: ["apply"],
    usage: "PLAN [OPTIONS]",
    summary: "apply a plan",
    about: [
      "Shows the plan and asks for confirmation. Each account or user is read again first: one that has changed since the plan was made is skipped. Each change is verified.",
      "Results are saved as they arrive. If a run stops early, the command that resumes it is printed. Applying a plan twice is safe: rows already done are not changed again.",
      "Without a terminal, --yes is required. Making accounts inactive also needs --delete and the number of accounts, typed or passed as --deletions."
    ],
    examples: [
      { description: "Apply a plan", command: "glowmarkt apply plan.ndjson --out results" },
      {
        description: "In a script, make the 27 accounts of a plan inactive",
        command: "glowmarkt apply plan.ndjson --delete --deletions 27 --yes --out results"
      },
      {
        description: "Plan the failed rows again after fixing them",
        command: "glowmarkt plan rename results/failed.csv --out again.ndjson"
      }
    ]
  }
)

/**
 * @since 0.1.0
 * @category constants
 */
export const command = apply.command

/**
 * @since 0.1.0
 * @category constants
 */
export const page = apply.page
