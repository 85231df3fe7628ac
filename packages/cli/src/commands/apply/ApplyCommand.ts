/**
 * How `glowmarkt apply` is spelled.
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
      plan: Args.text({ name: "PLAN" }).pipe(Args.withDescription("The file that glowmarkt plan wrote.")),
      run: RunFlags.run,
      store: RunFlags.store,
      out: Flags.path("out", "DIR").pipe(
        Options.withDescription(
          "The directory for results.ndjson, what became of every row, and failed.csv, the rows to be planned again."
        ),
        Options.optional
      ),
      overwrite: RunFlags.overwrite,
      ...RunFlags.effort,
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
    summary: "do what a plan says",
    about: [
      "Shows what it will do and asks. Each subject is read again first: what has changed since the plan was made is left alone, and what is changed is verified.",
      "What is done is kept at once: a run that was interrupted goes on with glowmarkt runs resume. The line to do so is printed. Applying a plan twice is harmless.",
      "Where nobody can be asked, --yes is needed. Making accounts inactive needs --delete as well, and the number: typed, or as --deletions."
    ],
    examples: [
      { does: "Apply a plan", line: "glowmarkt apply plan.ndjson --out results" },
      {
        does: "Make the 27 accounts of a plan inactive, in a script",
        line: "glowmarkt apply plan.ndjson --delete --deletions 27 --yes --out results"
      },
      {
        does: "What failed, once it is corrected",
        line: "glowmarkt plan rename results/failed.csv --out again.ndjson"
      }
    ]
  }
)

/**
 * @since 0.1.0
 * @category commands
 */
export const command = apply.command

/**
 * @since 0.1.0
 * @category help
 */
export const page = apply.page
