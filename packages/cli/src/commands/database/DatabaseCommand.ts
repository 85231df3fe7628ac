/**
 * The arguments and options of `glowmarkt database …`.
 *
 * @since 0.1.0
 */
import * as Command from "@effect/cli/Command"
import * as Flags from "../../args/Flags.js"
import * as Lazy from "../../args/Lazy.js"
import * as RunFlags from "../../args/RunFlags.js"
import * as HelpPage from "../../help/HelpPage.js"

const load = () => import("./Database.js")

const options = { database: RunFlags.database, form: Flags.form }

const check = HelpPage.describe(
  Command.make(
    "check",
    options,
    Lazy.handler(load, (database) => database.check)
  ),
  {
    path: ["database", "check"],
    usage: "[OPTIONS]",
    summary: "check a database and the version of its tables",
    about: ["Changes nothing. Exits 1 if the tables are missing or older than this program, and 2 if they are newer."],
    examples: [{ description: "Check a database", command: "glowmarkt database check" }]
  }
)

const migrate = HelpPage.describe(
  Command.make(
    "migrate",
    options,
    Lazy.handler(load, (database) => database.migrate)
  ),
  {
    path: ["database", "migrate"],
    usage: "[OPTIONS]",
    summary: "create or update the tables of a database",
    about: [
      "Workers and commands that submit runs do the same when they start. Run it yourself if they are not allowed to create tables. Older versions then refuse the database."
    ],
    examples: [{ description: "Create the tables", command: "glowmarkt database migrate" }]
  }
)

const group = HelpPage.describe(
  Command.make("database").pipe(Command.withSubcommands([check.command, migrate.command])),
  {
    path: ["database"],
    usage: "COMMAND [OPTIONS]",
    summary: "check and migrate the database that workers share",
    about: [],
    examples: [{ description: "Check a database", command: "glowmarkt database check" }]
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
export const pages: ReadonlyArray<HelpPage.HelpPage> = [check.page, migrate.page]
