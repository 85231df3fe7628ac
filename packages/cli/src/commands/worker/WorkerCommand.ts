/**
 * The arguments and options of `glowmarkt worker`.
 *
 * @since 0.1.0
 */
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Auth from "../../args/Auth.js"
import * as Flags from "../../args/Flags.js"
import * as Lazy from "../../args/Lazy.js"
import * as RunFlags from "../../args/RunFlags.js"
import * as HelpPage from "../../help/HelpPage.js"

const worker = HelpPage.describe(
  Command.make(
    "worker",
    {
      database: RunFlags.database,
      name: Options.text("name").pipe(
        Options.withDescription("The worker's name in glowmarkt runs workers. Default: the name of the machine."),
        Options.optional
      ),
      concurrency: Flags.wholeNumber("concurrency", { min: 1, max: 256 }).pipe(
        Options.withDescription("How many accounts or users this worker processes at a time. Default: 16."),
        Options.optional
      ),
      rate: RunFlags.limits.rate.pipe(
        Options.withDescription(
          "The limit applies to all workers of the application together: give all of them the same value."
        )
      ),
      auth: Auth.admin
    },
    Lazy.handler(
      () => import("./Worker.js"),
      (worker) => worker.run
    )
  ),
  {
    path: ["worker"],
    usage: "[OPTIONS]",
    summary: "process the runs that are submitted to a database",
    about: [
      "Processes audits and changes until it is interrupted (Ctrl-C, SIGTERM), then finishes the requests it has sent and exits 0. Other workers take over its unfinished work; if it is killed, they do so within seconds.",
      "The URL of the database has this form: postgres://user:password@host:5432/database?sslmode=verify-full. Without sslmode, the database must be on this machine; sslmode=disable allows a connection without encryption.",
      "Credentials come from the worker's own environment and are never in the database. Secrets that a plan refers to, by env: or file:, must exist on every worker. A run for another server or application is stopped, with a reason."
    ],
    examples: [
      {
        description: "Process the runs of a database whose URL is in a file",
        command: "GLOWMARKT_DATABASE_URL_FILE=/run/secrets/database-url glowmarkt worker"
      }
    ]
  }
)

/**
 * @since 0.1.0
 * @category constants
 */
export const command = worker.command

/**
 * @since 0.1.0
 * @category constants
 */
export const page = worker.page
