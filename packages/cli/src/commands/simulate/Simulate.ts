/**
 * Runs `glowmarkt simulate`.
 *
 * @since 0.1.0
 */
import * as Announcement from "@effect-glowmarkt/simulator/Announcement"
import * as Simulator from "@effect-glowmarkt/simulator/Simulator"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as InterruptedExit from "../../exit/InterruptedExit.js"
import * as ResumeCommand from "../../run/ResumeCommand.js"
import { plural } from "../../terminal/Format.js"
import * as Output from "../../terminal/Output.js"
import * as FaultFlags from "./FaultFlags.js"

const encode = Schema.encodeSync(Announcement.Json)

/**
 * @since 0.1.0
 * @category models
 */
export interface SimulateOptions extends FaultFlags.FaultFlags {
  readonly accounts: number
  readonly port: number
  readonly seed: number
}

const simulator = ({ accounts, port, seed, ...flags }: SimulateOptions) =>
  Simulator.layer({
    accounts,
    port,
    seed,
    faults: FaultFlags.constantFaults(flags),
    ...Option.match(flags.throttle, {
      onNone: () => ({}),
      onSome: (perSecond) => ({ throttle: FaultFlags.limit(perSecond) })
    })
  })

const exportLine = (values: Readonly<Record<string, string>>) =>
  `export ${Object.entries(values)
    .map(([name, value]) => `${name}=${ResumeCommand.shellQuote(value)}`)
    .join(" ")}`

/**
 * Returns the commands to paste into another terminal.
 *
 * @since 0.1.0
 * @category reports
 */
export const instructions = ({ accounts, appKeys, applicationId, docs, url, users }: Announcement.Announcement) =>
  Effect.map(Simulator.Simulator, ({ population }) => {
    const [user] = users
    const asUser =
      user === undefined
        ? []
        : [
            "As a user:",
            `  ${exportLine({ GLOWMARKT_APPLICATION_ID: applicationId, GLOWMARKT_USERNAME: user.username, GLOWMARKT_PASSWORD: user.password })}`,
            `  ${ResumeCommand.make(["me", "status"], {})}`
          ]
    const toAdd = Option.match(population.newcomer(0), {
      onNone: () => [],
      onSome: ({ directoryId, username }) => [
        "Add an account for a user who has none yet:",
        `  ${ResumeCommand.make(["accounts", "add"], { username: Option.some(username), "directory-id": Option.some(directoryId) })}`
      ]
    })
    return [
      "",
      `Serving ${plural(accounts, "account")} until Ctrl-C. API documentation: ${docs}`,
      "In another terminal, as an administrator:",
      `  ${exportLine({ GLOWMARKT_BASE_URL: url, GLOWMARKT_APP_KEY: appKeys.key, GLOWMARKT_APP_SECRET: appKeys.secret, GLOWMARKT_APPLICATION_ID: applicationId })}`,
      `  ${ResumeCommand.make(["audit"], {})}`,
      ...toAdd,
      ...asUser
    ].join("\n")
  })

const announce = Effect.gen(function* () {
  const announcement = yield* Announcement.make
  yield* Output.data(encode(announcement))
  const { stderr } = yield* Output.Output
  if (Option.isSome(yield* stderr.columns)) yield* Output.note(yield* instructions(announcement))
})

/**
 * @since 0.1.0
 * @category running
 */
export const run = Effect.fn("glowmarkt.simulate")(
  function* (options: SimulateOptions) {
    yield* InterruptedExit.exitWithSuccess
    yield* announce
    yield* FaultFlags.runOutage(options)
    return yield* Effect.never
  },
  (server, options) => Effect.provide(server, simulator(options))
)
