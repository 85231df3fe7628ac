/**
 * The arguments and options of `glowmarkt accounts …`.
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

const accountId = Flags.argument("ID", AccountId).pipe(Args.withDescription("The account's id, a UUID."))

const list = HelpPage.describe(
  Command.make(
    "list",
    {
      where: Flags.where("Shows only accounts that match this filter."),
      limit: Flags.wholeNumber("limit", { min: 1, max: 10_000_000 }).pipe(
        Options.withDescription("Shows only the first N."),
        Options.optional
      ),
      auth: Auth.admin,
      form: Options.boolean("json").pipe(
        Options.map((json): Flags.Form => (json ? "json" : "human")),
        Options.withDescription("Prints JSON Lines: one account per line.")
      )
    },
    Lazy.handler(load, (accounts) => accounts.list)
  ),
  {
    path: ["accounts", "list"],
    usage: "[OPTIONS]",
    summary: "list the application's accounts",
    about: ["Shows what Glowmarkt has on record. To read the current status of each account, use glowmarkt audit."],
    examples: [
      { description: "List all accounts", command: "glowmarkt accounts list" },
      {
        description: "Print the ids of inactive accounts, for a script",
        command: `glowmarkt accounts list --where "status = inactive" --json | jq -r .accountId`
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
    examples: [{ description: "Show an account", command: `glowmarkt accounts get ${id}` }]
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
    summary: "show the current status of one account",
    about: ["Like accounts get, plus when the external directory's token expires."],
    examples: [{ description: "Show a status", command: `glowmarkt accounts status ${id}` }]
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
        Options.withDescription("The directory the user belongs to.")
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
      "The request is sent once and never retried. If the response is lost, look for the user name with glowmarkt accounts list before you try again."
    ],
    examples: [
      {
        description: "Add an account",
        command: "glowmarkt accounts add --username scotty --directory-id 7b0ab3a5-8ae1-4ee8-b4f7-c3a5bd1bd0f4"
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
    examples: [{ description: "Rename an account", command: `glowmarkt accounts rename ${id} --name "Flat 3"` }]
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
      "Shows the account and asks for confirmation. If GLOWMARKT_APPLICATION_ID is set, accounts of other applications are refused. The account is not erased but becomes inactive, which cannot be undone."
    ],
    examples: [
      { description: "Delete an account, after confirmation", command: `glowmarkt accounts delete ${id}` },
      { description: "Delete it in a script, without confirmation", command: `glowmarkt accounts delete ${id} --yes` }
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
    summary: "manage single accounts of an application",
    about: ["These commands need an administrator's credentials in the environment; see glowmarkt --help."],
    examples: [{ description: "List all accounts", command: "glowmarkt accounts list" }]
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
  get.page,
  status.page,
  add.page,
  rename.page,
  remove.page
]
