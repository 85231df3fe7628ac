/**
 * The arguments and options of `glowmarkt simulate`.
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
        Options.withDescription("The port on 127.0.0.1; 0 picks a free one. Default: 0."),
        Options.withDefault(0)
      ),
      accounts: Flags.wholeNumber("accounts", { min: 0, max: 10_000_000 }).pipe(
        Options.withDescription("The number of accounts. Default: 100."),
        Options.withDefault(100)
      ),
      seed: Flags.wholeNumber("seed", { min: 0, max: 2_147_483_647 }).pipe(
        Options.withDescription("The same seed gives the same accounts, findings and keys. Default: 1."),
        Options.withDefault(1)
      ),
      throttle: Flags.wholeNumber("throttle", { min: 1, max: 100_000 }).pipe(
        Options.withDescription(
          "Admits N requests per second, in bursts of N/4; responds to the rest with 429 and Retry-After."
        ),
        Options.optional
      ),
      latency: Flags.wholeNumber("latency", { min: 0, max: 600_000 }).pipe(
        Options.withPseudoName("MS"),
        Options.map(Duration.millis),
        Options.withDescription("Delays every response by this many milliseconds."),
        Options.optional
      ),
      outage: Flags.secondsAfter("outage").pipe(
        Options.withDescription(
          "Simulates an outage START seconds after the first request, for LENGTH seconds: the server responds with 503 or 500, or resets the connection."
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
    summary: "serve a simulated Account API on this machine",
    about: [
      "Prints one line of JSON when it is ready: url, applicationId, appKeys, orgAppKeys, devUserToken, users (with passwords), accounts, seed, docs. On a terminal, also prints commands to paste into another terminal. Serves until interrupted (Ctrl-C, SIGTERM), then exits 0.",
      "Listens on 127.0.0.1 only. Changes are lost when it stops.",
      "Use --throttle, --latency and --outage to see how a run copes with a slow or failing server."
    ],
    examples: [
      { description: "Serve 5,000 accounts", command: "glowmarkt simulate --port 8080 --accounts 5000" },
      {
        description: "Read its keys in a script",
        command:
          "glowmarkt simulate > simulator.json & until [ -s simulator.json ]; do sleep 1; done; jq -r .appKeys.key simulator.json"
      },
      {
        description: "Simulate slow responses, throttling and an outage of one minute",
        command: "glowmarkt simulate --accounts 5000 --throttle 200 --latency 80 --outage 5,60"
      }
    ]
  }
)

/**
 * @since 0.1.0
 * @category constants
 */
export const command = simulate.command

/**
 * @since 0.1.0
 * @category constants
 */
export const page = simulate.page
