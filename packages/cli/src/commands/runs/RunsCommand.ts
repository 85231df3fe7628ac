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

const loadSubmitted = () => import("./SubmittedRuns.js")

const id = "renameAccounts-20260314T091500-k3xq"

const run = Flags.argument("ID", RunId).pipe(Args.withDescription("The run's id."))

const list = HelpPage.describe(
  Command.make(
    "list",
    { ...RunFlags.storeOrDatabase, form: Flags.form },
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
    { run, ...RunFlags.storeOrDatabase, form: Flags.form },
    Lazy.handler(load, (runs) => runs.show)
  ),
  {
    path: ["runs", "show"],
    usage: "ID [OPTIONS]",
    summary: "show one run and its results so far",
    about: ["The run may be in progress in another process."],
    examples: [{ description: "Show a run", command: `glowmarkt runs show ${id}` }]
  }
)

const resume = HelpPage.describe(
  Command.make(
    "resume",
    {
      run,
      ...RunFlags.storeOrDatabase,
      afterSubmitting: RunFlags.afterSubmitting,
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

const watch = HelpPage.describe(
  Command.make(
    "watch",
    {
      run,
      database: RunFlags.database,
      out: AuditFlags.out,
      overwrite: RunFlags.overwrite,
      formats: AuditFlags.formats,
      failOn: AuditFlags.failOn,
      patience: RunFlags.limits.patience,
      progress: RunFlags.progress,
      form: RunFlags.form
    },
    Lazy.handler(
      () => import("./Watch.js"),
      (watch) => watch.run
    )
  ),
  {
    path: ["runs", "watch"],
    usage: "ID [OPTIONS]",
    summary: "watch a run on the workers of a database",
    about: [
      "Shows the progress and, when the run is finished, its results. Ctrl-C stops watching, but the workers continue the run. For a finished run, shows its saved results."
    ],
    examples: [
      { description: "Watch a run and write its results", command: `glowmarkt runs watch ${id} --out results` }
    ]
  }
)

const stop = HelpPage.describe(
  Command.make(
    "stop",
    { run, database: RunFlags.database, form: Flags.form },
    Lazy.handler(loadSubmitted, (runs) => runs.stop)
  ),
  {
    path: ["runs", "stop"],
    usage: "ID [OPTIONS]",
    summary: "stop a run on the workers of a database",
    about: ["Finished work is kept. Continue the run with glowmarkt runs resume."],
    examples: [{ description: "Stop a run", command: `glowmarkt runs stop ${id}` }]
  }
)

const workers = HelpPage.describe(
  Command.make(
    "workers",
    { database: RunFlags.database, form: Flags.form },
    Lazy.handler(loadSubmitted, (runs) => runs.workers)
  ),
  {
    path: ["runs", "workers"],
    usage: "[OPTIONS]",
    summary: "list the workers of a database",
    about: [
      "Shows each worker's name, when it started, when it was last seen, and how many parts of runs it is processing. A killed worker stays in the list for about a minute."
    ],
    examples: [{ description: "List the workers", command: "glowmarkt runs workers" }]
  }
)

const forget = HelpPage.describe(
  Command.make(
    "forget",
    { run, ...RunFlags.storeOrDatabase, consent: Flags.consent },
    Lazy.handler(load, (runs) => runs.forget)
  ),
  {
    path: ["runs", "forget"],
    usage: "ID [OPTIONS]",
    summary: "delete a run and its results from the store",
    about: [
      "Shows the run and asks for confirmation. Sends no requests: the changes that the run made to accounts stay."
    ],
    examples: [
      { description: "Delete a run, after confirmation", command: `glowmarkt runs forget ${id}` },
      { description: "Delete it in a script, without confirmation", command: `glowmarkt runs forget ${id} --yes` }
    ]
  }
)

const group = HelpPage.describe(
  Command.make("runs").pipe(
    Command.withSubcommands([
      list.command,
      show.command,
      watch.command,
      stop.command,
      resume.command,
      forget.command,
      workers.command
    ])
  ),
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
export const pages: ReadonlyArray<HelpPage.HelpPage> = [
  list.page,
  show.page,
  watch.page,
  stop.page,
  resume.page,
  forget.page,
  workers.page
]
