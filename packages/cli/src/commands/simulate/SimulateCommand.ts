/**
 * How `glowmarkt simulate` is spelled.
 *
 * @since 0.1.0
 */
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Duration from "effect/Duration"
import * as Flags from "../../args/Flags.js"
import * as Lazy from "../../args/Lazy.js"
import * as HelpPage from "../../help/HelpPage.js"

const simulate = HelpPage.describe(
  Command.make(
    "simulate",
    {
      port: Flags.wholeNumber("port", { min: 0, max: 65_535 }).pipe(
        Options.withDescription("The port on 127.0.0.1; 0 is any free one. Default: 0."),
        Options.withDefault(0)
      ),
      accounts: Flags.wholeNumber("accounts", { min: 0, max: 10_000_000 }).pipe(
        Options.withDescription("How many accounts there are. Default: 100."),
        Options.withDefault(100)
      ),
      seed: Flags.wholeNumber("seed", { min: 0, max: 2_147_483_647 }).pipe(
        Options.withDescription(
          "Decides everything: the same seed gives the same accounts, findings and keys. Default: 1."
        ),
        Options.withDefault(1)
      ),
      throttle: Flags.wholeNumber("throttle", { min: 1, max: 100_000 }).pipe(
        Options.withDescription(
          "Admits N requests a second, and a quarter as many at once; answers the others 429 with Retry-After."
        ),
        Options.optional
      ),
      latency: Flags.wholeNumber("latency", { min: 0, max: 600_000 }).pipe(
        Options.withPseudoName("MS"),
        Options.map(Duration.millis),
        Options.withDescription("Answers everything so many milliseconds later."),
        Options.optional
      ),
      outage: Flags.secondsAfter("outage").pipe(
        Options.withDescription(
          "So many seconds after the first request the server is away for so many seconds: it answers 503 and 500, or resets the connection."
        ),
        Options.optional
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
      "Prints one line of JSON when it is ready: url, applicationId, appKeys, orgAppKeys, devUserToken, users (with passwords), accounts, seed, docs. On a terminal it says beside it what to paste into another one. Then serves until it is interrupted (Ctrl-C, SIGTERM), and exits with 0.",
      "It listens on 127.0.0.1 only and forgets everything when it ends.",
      "With --throttle, --latency and --outage it has bad days on purpose: rehearse there how a run behaves before you start it on the real thing."
    ],
    examples: [
      { does: "Serve 5,000 accounts", line: "glowmarkt simulate --port 8080 --accounts 5000" },
      {
        does: "Read its keys in a script: the line is there when it is ready",
        line: "glowmarkt simulate > simulator.json & until [ -s simulator.json ]; do sleep 1; done; jq -r .appKeys.key simulator.json"
      },
      {
        does: "Rehearse slow answers, 200 a second at most, and a minute of outage",
        line: "glowmarkt simulate --accounts 5000 --throttle 200 --latency 80 --outage 5,60"
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
