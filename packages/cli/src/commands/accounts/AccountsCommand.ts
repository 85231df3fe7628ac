/**
 * How `glowmarkt accounts …` is spelled.
 *
 * @since 0.1.0
 */
import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import { AccountId, DirectoryId } from "@effect-glowmarkt/core/Identifier"
import * as Auth from "../../args/Auth.js"
import * as Flags from "../../args/Flags.js"
import * as Lazy from "../../args/Lazy.js"
import * as HelpPage from "../../help/HelpPage.js"

const load = () => import("./Accounts.js")

const id = "ffe4f42e-7c1a-4ea3-9ec8-087d4a1071e6"

const common = { auth: Auth.admin, form: Flags.form }

const accountId = Flags.argument("ID", AccountId).pipe(Args.withDescription("The id of the account, a UUID."))

const list = HelpPage.describe(
  Command.make(
    "list",
    {
      where: Flags.where("Shows only accounts that meet this."),
      limit: Flags.wholeNumber("limit", { min: 1, max: 10_000_000 }).pipe(
        Options.withDescription("Shows only the first so many of them."),
        Options.optional
      ),
      auth: Auth.admin,
      form: Options.boolean("json").pipe(
        Options.map((json): Flags.Form => (json ? "json" : "human")),
        Options.withDescription("Prints JSON instead, an account a line.")
      )
    },
    Lazy.handler(load, (accounts) => accounts.list)
  ),
  {
    path: ["accounts", "list"],
    usage: "[OPTIONS]",
    summary: "list the accounts of the application",
    about: [
      "The provider gives the whole list at once, as it stands in its records; it is shown as it arrives. For the status of each, read afresh, see glowmarkt audit."
    ],
    examples: [
      { does: "See all accounts", line: "glowmarkt accounts list" },
      {
        does: "The ids of the inactive ones, for a script",
        line: `glowmarkt accounts list --where "status = inactive" --json | jq -r .accountId`
      }
    ]
  }
)

const get = HelpPage.describe(
  Command.make(
    "get",
    { accountId, ...common },
    Lazy.handler(load, (accounts) => accounts.get)
  ),
  {
    path: ["accounts", "get"],
    usage: "ID [OPTIONS]",
    summary: "show one account",
    about: [],
    examples: [{ does: "Show an account", line: `glowmarkt accounts get ${id}` }]
  }
)

const status = HelpPage.describe(
  Command.make(
    "status",
    { accountId, ...common },
    Lazy.handler(load, (accounts) => accounts.status)
  ),
  {
    path: ["accounts", "status"],
    usage: "ID [OPTIONS]",
    summary: "show the status of one account, read afresh",
    about: ["Over accounts get it adds how long the token of an external directory holds."],
    examples: [{ does: "Show a status", line: `glowmarkt accounts status ${id}` }]
  }
)

const add = HelpPage.describe(
  Command.make(
    "add",
    {
      username: Options.text("username").pipe(
        Options.withPseudoName("USERNAME"),
        Options.withDescription("The user who gets the account.")
      ),
      directoryId: Flags.schema("directory-id", "ID", DirectoryId).pipe(
        Options.withDescription("The directory that knows the user.")
      ),
      ...common
    },
    Lazy.handler(load, (accounts) => accounts.add)
  ),
  {
    path: ["accounts", "add"],
    usage: "--username USERNAME --directory-id ID [OPTIONS]",
    summary: "give an existing user an account in the application",
    about: [
      "Sent once and never repeated by itself: if the answer is lost, look for the user name with accounts list before you try again."
    ],
    examples: [
      {
        does: "Add an account",
        line: "glowmarkt accounts add --username scotty --directory-id 7b0ab3a5-8ae1-4ee8-b4f7-c3a5bd1bd0f4"
      }
    ]
  }
)

const rename = HelpPage.describe(
  Command.make(
    "rename",
    {
      accountId,
      name: Options.text("name").pipe(Options.withPseudoName("NAME"), Options.withDescription("The new name.")),
      ...common
    },
    Lazy.handler(load, (accounts) => accounts.rename)
  ),
  {
    path: ["accounts", "rename"],
    usage: "ID --name NAME [OPTIONS]",
    summary: "set the name of an account",
    about: [],
    examples: [{ does: "Rename an account", line: `glowmarkt accounts rename ${id} --name "Flat 3"` }]
  }
)

const remove = HelpPage.describe(
  Command.make(
    "delete",
    { accountId, consent: Flags.consent, ...common },
    Lazy.handler(load, (accounts) => accounts.remove)
  ),
  {
    path: ["accounts", "delete"],
    usage: "ID [OPTIONS]",
    summary: "make an account inactive",
    about: [
      "Reads the account first, shows it and asks. Where GLOWMARKT_APPLICATION_ID is set, an account of another application is not deleted. The provider erases nothing: the account becomes inactive."
    ],
    examples: [
      { does: "Delete an account after a question", line: `glowmarkt accounts delete ${id}` },
      { does: "In a script, where nobody can be asked", line: `glowmarkt accounts delete ${id} --yes` }
    ]
  }
)

const group = HelpPage.describe(
  Command.make("accounts").pipe(
    Command.withSubcommands([list.command, get.command, status.command, add.command, rename.command, remove.command])
  ),
  {
    path: ["accounts"],
    usage: "COMMAND [OPTIONS]",
    summary: "the accounts of an application, one call at a time",
    about: ["These need the credentials of an administrator in the environment: see glowmarkt --help."],
    examples: [{ does: "See all accounts", line: "glowmarkt accounts list" }]
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
export const pages: ReadonlyArray<HelpPage.HelpPage> = [
  list.page,
  get.page,
  status.page,
  add.page,
  rename.page,
  remove.page
]
