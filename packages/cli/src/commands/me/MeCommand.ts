/**
 * How `glowmarkt me …` is spelled.
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
  "is never an argument, where others could see it: it is asked for on a terminal, or read from the environment or standard input."

const common = { auth: Auth.user, form: Flags.form }

const account = Flags.schema("account", "ID", AccountId).pipe(
  Options.withDescription("Your account's id. Without it, it is read from your status."),
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
    examples: [{ does: "Show your status", line: "glowmarkt me status" }]
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
    examples: [{ does: "Change it", line: "glowmarkt me email --email someone@example.com" }]
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
    examples: [{ does: "Change it", line: 'glowmarkt me name --name "Montgomery Scott"' }]
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
      "The old one is in GLOWMARKT_OLD_PASSWORD or GLOWMARKT_PASSWORD, the new one in GLOWMARKT_NEW_PASSWORD. Those not set there are the lines of standard input: the old one first."
    ],
    examples: [
      { does: "Be asked for both", line: "glowmarkt me password" },
      { does: "From a password manager", line: "pass show glowmarkt/next | glowmarkt me password" }
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
      "The provider does not list the tokens: keep a record of it."
    ],
    examples: [
      { does: "Be asked for the token", line: "glowmarkt me mobile-token add" },
      { does: "From a file", line: "glowmarkt me mobile-token add < token.txt" }
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
    examples: [{ does: "Be asked for the token", line: "glowmarkt me mobile-token remove" }]
  }
)

const mobileToken = HelpPage.describe(
  Command.make("mobile-token").pipe(Command.withSubcommands([addToken.command, removeToken.command])),
  {
    path: ["me", "mobile-token"],
    usage: "COMMAND [OPTIONS]",
    summary: "the mobile app tokens of your account",
    about: ["The provider does not list them: keep a record of those you add."],
    examples: [{ does: "Add a token", line: "glowmarkt me mobile-token add" }]
  }
)

const group = HelpPage.describe(
  Command.make("me").pipe(
    Command.withSubcommands([status.command, email.command, name.command, password.command, mobileToken.command])
  ),
  {
    path: ["me"],
    usage: "COMMAND [OPTIONS]",
    summary: "your own account",
    about: ["These act on the account that owns the token or the user name in the environment: see glowmarkt --help."],
    examples: [{ does: "See your status", line: "glowmarkt me status" }]
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
export const groups: ReadonlyArray<HelpPage.HelpPage> = [group.page, mobileToken.page]

/**
 * @since 0.1.0
 * @category help
 */
export const pages: ReadonlyArray<HelpPage.HelpPage> = [
  status.page,
  email.page,
  name.page,
  password.page,
  addToken.page,
  removeToken.page
]
