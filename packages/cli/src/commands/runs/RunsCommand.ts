/**
 * How `glowmarkt runs …` is spelled.
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

const run = Flags.argument("ID", RunId).pipe(Args.withDescription("The id of the run."))

const list = HelpPage.describe(
  Command.make(
    "list",
    { store: RunFlags.store, form: Flags.form },
    Lazy.handler(load, (runs) => runs.list)
  ),
  {
    path: ["runs", "list"],
    usage: "[OPTIONS]",
    summary: "list the runs that are kept",
    about: [],
    examples: [
      { does: "See all of them", line: "glowmarkt runs list" },
      {
        does: "Those that are not finished, for a script",
        line: "glowmarkt runs list --json | jq -r '.[] | select(.finishedAt == null) | .runId'"
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
    summary: "show one run, and what came of it so far",
    about: ["Works while another process works on the run, too."],
    examples: [{ does: "Show a run", line: `glowmarkt runs show ${id}` }]
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
      ...RunFlags.effort,
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
    summary: "go on with a run that is not finished",
    about: [
      "What is done is not done again. Audits and changes alike; for what is left to change consent is asked for as by glowmarkt apply. A finished run is only reported on."
    ],
    examples: [
      { does: "Go on with a run", line: `glowmarkt runs resume ${id} --out results` },
      { does: "In a script, where nobody can be asked", line: `glowmarkt runs resume ${id} --yes --out results` }
    ]
  }
)

const forget = HelpPage.describe(
  Command.make(
    "forget",
    { run, store: RunFlags.store, consent: Flags.consent },
    Lazy.handler(load, (runs) => runs.forget)
  ),
  {
    path: ["runs", "forget"],
    usage: "ID [OPTIONS]",
    summary: "delete what is kept of a run",
    about: ["Shows the run and asks. The server is not asked anything, and nothing is undone there."],
    examples: [
      { does: "Forget a run after a question", line: `glowmarkt runs forget ${id}` },
      { does: "In a script, where nobody can be asked", line: `glowmarkt runs forget ${id} --yes` }
    ]
  }
)

const group = HelpPage.describe(
  Command.make("runs").pipe(Command.withSubcommands([list.command, show.command, resume.command, forget.command])),
  {
    path: ["runs"],
    usage: "COMMAND [OPTIONS]",
    summary: "the runs that are kept: audits and changes",
    about: ["Whatever ends a run, what it did is kept, and it can be resumed by its id."],
    examples: [{ does: "See all of them", line: "glowmarkt runs list" }]
  }
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
export const pages: ReadonlyArray<HelpPage.HelpPage> = [list.page, show.page, resume.page, forget.page]
