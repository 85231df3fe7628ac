/**
 * How `glowmarkt simulate` is spelled.
 *
 * @since 0.1.0
 */
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Flags from "./Flags.js"
import * as Lazy from "./Lazy.js"
import * as Page from "./Page.js"

const simulate = Page.describe(
  Command.make(
    "simulate",
    {
      port: Flags.wholeNumber("port", { min: 0, max: 65_535 }).pipe(
        Options.withDescription("The port on 127.0.0.1; 0 is any free one."),
        Options.withDefault(0)
      ),
      accounts: Flags.wholeNumber("accounts", { min: 0, max: 10_000_000 }).pipe(
        Options.withDescription("How many accounts there are."),
        Options.withDefault(100)
      ),
      seed: Flags.wholeNumber("seed", { min: 0, max: 2_147_483_647 }).pipe(
        Options.withDescription("Decides everything: the same seed gives the same accounts, findings and keys."),
        Options.withDefault(1)
      )
    },
    Lazy.handler(
      () => import("./Simulate.js"),
      (simulate) => simulate.run
    )
  ),
  {
    path: ["simulate"],
    usage: "[OPTIONS]",
    summary: "serve the Account API on this machine, with made-up accounts",
    about: [
      "Prints one line of JSON when it is ready: url, applicationId, appKeys, orgAppKeys, devUserToken, users (with passwords), accounts, seed, docs. Then serves until it is interrupted (Ctrl-C, SIGTERM), and exits with 0.",
      "It listens on 127.0.0.1 only and forgets everything when it ends."
    ],
    examples: [
      { does: "Serve 5,000 accounts", line: "glowmarkt simulate --port 8080 --accounts 5000" },
      {
        does: "Read its keys from a script",
        line: "glowmarkt simulate > simulator.json & jq -r .appKeys.key simulator.json"
      }
    ]
  }
)

/**
 * @since 0.1.0
 * @category commands
 */
export const command = simulate.command

/**
 * @since 0.1.0
 * @category help
 */
export const page = simulate.page
