/**
 * The arguments and options of `glowmarkt me …`.
 *
 * @since 0.1.0
 */
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import { AccountId } from "@effect-glowmarkt/core/Identifier"
import * as Auth from "../../args/Auth.js"
import * as Flags from "../../args/Flags.js"
import * as Lazy from "../../args/Lazy.js"
import * as HelpPage from "../../help/HelpPage.js"

const load = () => import("./Me.js")

const secrets =
  "is never passed as an argument, where other users of the machine could see it: glowmarkt reads it from the environment, prompts for it, or reads it from standard input."

const common = { auth: Auth.user, form: Flags.form }

const account = Flags.schema("account", "ID", AccountId).pipe(
  Options.withDescription("Your account's id. Default: read from your status."),
  Options.optional
)

const status = HelpPage.describe(
  Command.make(
    "status",
    common,
    Lazy.handler(load, (me) => me.status)
  ),
  {
    path: ["me", "status"],
    usage: "[OPTIONS]",
    summary: "show the status of your account",
    about: [],
    examples: [{ description: "Show your status", command: "glowmarkt me status" }]
  }
)

const email = HelpPage.describe(
  Command.make(
    "email",
    {
      email: Options.text("email").pipe(Options.withPseudoName("ADDRESS"), Options.withDescription("The new address.")),
      ...common
    },
    Lazy.handler(load, (me) => me.email)
  ),
  {
    path: ["me", "email"],
    usage: "--email ADDRESS [OPTIONS]",
    summary: "change your e-mail address",
    about: [],
    examples: [{ description: "Change your address", command: "glowmarkt me email --email someone@example.com" }]
  }
)

const name = HelpPage.describe(
  Command.make(
    "name",
    {
      name: Options.text("name").pipe(Options.withPseudoName("NAME"), Options.withDescription("The new name.")),
      ...common
    },
    Lazy.handler(load, (me) => me.name)
  ),
  {
    path: ["me", "name"],
    usage: "--name NAME [OPTIONS]",
    summary: "change your name",
    about: [],
    examples: [{ description: "Change your name", command: 'glowmarkt me name --name "Montgomery Scott"' }]
  }
)

const password = HelpPage.describe(
  Command.make(
    "password",
    common,
    Lazy.handler(load, (me) => me.password)
  ),
  {
    path: ["me", "password"],
    usage: "[OPTIONS]",
    summary: "change your password",
    about: [
      `A password ${secrets}`,
      "The old password can be set in GLOWMARKT_OLD_PASSWORD or GLOWMARKT_PASSWORD, the new one in GLOWMARKT_NEW_PASSWORD. Without a terminal, those not set are read from standard input, one per line, the old one first."
    ],
    examples: [
      { description: "Be prompted for both", command: "glowmarkt me password" },
      {
        description: "Read the new password from a password manager",
        command: "pass show glowmarkt/next | glowmarkt me password"
      }
    ]
  }
)

const addToken = HelpPage.describe(
  Command.make(
    "add",
    { account, ...common },
    Lazy.handler(load, (me) => me.addMobileToken)
  ),
  {
    path: ["me", "mobile-token", "add"],
    usage: "[OPTIONS]",
    summary: "add a mobile app token to your account",
    about: [
      `A token ${secrets} The variable is GLOWMARKT_MOBILE_TOKEN.`,
      "Glowmarkt cannot list tokens, so keep a record of it."
    ],
    examples: [
      { description: "Be prompted for the token", command: "glowmarkt me mobile-token add" },
      { description: "Read the token from a file", command: "glowmarkt me mobile-token add < token.txt" }
    ]
  }
)

const removeToken = HelpPage.describe(
  Command.make(
    "remove",
    { account, ...common },
    Lazy.handler(load, (me) => me.removeMobileToken)
  ),
  {
    path: ["me", "mobile-token", "remove"],
    usage: "[OPTIONS]",
    summary: "remove a mobile app token from your account",
    about: [`A token ${secrets} The variable is GLOWMARKT_MOBILE_TOKEN.`],
    examples: [{ description: "Be prompted for the token", command: "glowmarkt me mobile-token remove" }]
  }
)

const mobileToken = HelpPage.describe(
  Command.make("mobile-token").pipe(Command.withSubcommands([addToken.command, removeToken.command])),
  {
    path: ["me", "mobile-token"],
    usage: "COMMAND [OPTIONS]",
    summary: "add and remove mobile app tokens of your account",
    about: ["Glowmarkt cannot list these tokens, so keep a record of those you add."],
    examples: [{ description: "Add a token", command: "glowmarkt me mobile-token add" }]
  }
)

const group = HelpPage.describe(
  Command.make("me").pipe(
    Command.withSubcommands([status.command, email.command, name.command, password.command, mobileToken.command])
  ),
  {
    path: ["me"],
    usage: "COMMAND [OPTIONS]",
    summary: "manage your own account",
    about: [
      "These commands act on the account of the user whose credentials are in the environment; see glowmarkt --help."
    ],
    examples: [{ description: "Show your status", command: "glowmarkt me status" }]
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
export const groups: ReadonlyArray<HelpPage.HelpPage> = [group.page, mobileToken.page]

/**
 * @since 0.1.0
 * @category constants
 */
export const pages: ReadonlyArray<HelpPage.HelpPage> = [
  status.page,
  email.page,
  name.page,
  password.page,
  addToken.page,
  removeToken.page
]
