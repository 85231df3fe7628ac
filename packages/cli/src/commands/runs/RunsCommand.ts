/**
 * The arguments and options of `glowmarkt runs …`.
 *
 * @since 0.1.0
 */
import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import { RunId } from "@effect-glowmarkt/runner/Run"
import * as Auth from "../../args/Auth.js"
import * as Flags from "../../args/Flags.js"
import * as Lazy from "../../args/Lazy.js"
import * as RunFlags from "../../args/RunFlags.js"
import * as HelpPage from "../../help/HelpPage.js"
import * as AuditFlags from "../audit/AuditFlags.js"

const load = () => import("./Runs.js")

const id = "renameAccounts-20260314T091500-k3xq"

const run = Flags.argument("ID", RunId).pipe(Args.withDescription("The run's id."))

const list = HelpPage.describe(
  Command.make(
    "list",
    { store: RunFlags.store, form: Flags.form },
    Lazy.handler(load, (runs) => runs.list)
  ),
  {
    path: ["runs", "list"],
    usage: "[OPTIONS]",
    summary: "list saved runs",
    about: [],
    examples: [
      { description: "List all runs", command: "glowmarkt runs list" },
      {
        description: "Print the ids of unfinished runs, for a script",
        command: "glowmarkt runs list --json | jq -r '.[] | select(.finishedAt == null) | .runId'"
      }
    ]
  }
)

const show = HelpPage.describe(
  Command.make(
    "show",
    { run, store: RunFlags.store, form: Flags.form },
    Lazy.handler(load, (runs) => runs.show)
  ),
  {
    path: ["runs", "show"],
    usage: "ID [OPTIONS]",
    summary: "show one run and its results so far",
    about: ["Also works while another process is working on the run."],
    examples: [{ description: "Show a run", command: `glowmarkt runs show ${id}` }]
  }
)

const resume = HelpPage.describe(
  Command.make(
    "resume",
    {
      run,
      store: RunFlags.store,
      out: AuditFlags.out,
      overwrite: RunFlags.overwrite,
      formats: AuditFlags.formats,
      failOn: AuditFlags.failOn,
      ...RunFlags.limits,
      ...RunFlags.consent,
      auth: Auth.admin,
      progress: RunFlags.progress,
      form: RunFlags.form
    },
    Lazy.handler(
      () => import("./Resume.js"),
      (resume) => resume.run
    )
  ),
  {
    path: ["runs", "resume"],
    usage: "ID [OPTIONS]",
    summary: "resume an unfinished run",
    about: [
      "Resumes audits and changes. Finished work is not repeated, and remaining changes are confirmed as in glowmarkt apply. For a finished run, shows its saved results."
    ],
    examples: [
      { description: "Resume a run", command: `glowmarkt runs resume ${id} --out results` },
      {
        description: "Resume it in a script, without confirmation",
        command: `glowmarkt runs resume ${id} --yes --out results`
      }
    ]
  }
)

const remove = HelpPage.describe(
  Command.make(
    "remove",
    { run, store: RunFlags.store, consent: Flags.consent },
    Lazy.handler(load, (runs) => runs.remove)
  ),
  {
    path: ["runs", "remove"],
    usage: "ID [OPTIONS]",
    summary: "delete a run and its results from the store",
    about: ["Shows the run and asks for confirmation. Sends no requests: changes the run made to accounts stay."],
    examples: [
      { description: "Remove a run, after confirmation", command: `glowmarkt runs remove ${id}` },
      { description: "Remove it in a script, without confirmation", command: `glowmarkt runs remove ${id} --yes` }
    ]
  }
)

const group = HelpPage.describe(
  Command.make("runs").pipe(Command.withSubcommands([list.command, show.command, resume.command, remove.command])),
  {
    path: ["runs"],
    usage: "COMMAND [OPTIONS]",
    summary: "list and manage saved audits and changes",
    about: ["A run that stops early keeps its finished work and can be resumed by its id."],
    examples: [{ description: "List all runs", command: "glowmarkt runs list" }]
  }
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
export const pages: ReadonlyArray<HelpPage.HelpPage> = [list.page, show.page, resume.page, remove.page]
