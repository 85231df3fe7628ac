/**
 * What `glowmarkt simulate` does.
 *
 * @since 0.1.0
 */
import { Announcement, Simulator } from "@effect-glowmarkt/simulator"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as InterruptPolicy from "../../exit/InterruptPolicy.js"
import * as ResumeLine from "../../run/ResumeLine.js"
import { count } from "../../terminal/Format.js"
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

const simulator = ({ accounts, port, seed, ...rehearsal }: SimulateOptions) =>
  Simulator.layer({
    accounts,
    port,
    seed,
    faults: FaultFlags.always(rehearsal),
    ...Option.match(rehearsal.throttle, {
      onNone: () => ({}),
      onSome: (perSecond) => ({ throttle: FaultFlags.limit(perSecond) })
    })
  })

const variables = (values: Readonly<Record<string, string>>) =>
  `export ${Object.entries(values)
    .map(([name, value]) => `${name}=${ResumeLine.quoted(value)}`)
    .join(" ")}`

/**
 * What somebody at the prompt does next.
 *
 * @since 0.1.0
 * @category rendering
 */
export const invitation = ({ accounts, appKeys, applicationId, docs, url, users }: Announcement.Announcement) =>
  Effect.map(Simulator.Simulator, ({ population }) => {
    const [user] = users
    const asUser =
      user === undefined
        ? []
        : [
            "As one of its users:",
            `  ${variables({ GLOWMARKT_APPLICATION_ID: applicationId, GLOWMARKT_USERNAME: user.username, GLOWMARKT_PASSWORD: user.password })}`,
            `  ${ResumeLine.make(["me", "status"], {})}`
          ]
    const toAdd = Option.match(population.newcomer(0), {
      onNone: () => [],
      onSome: ({ directoryId, username }) => [
        "A user who has no account yet:",
        `  ${ResumeLine.make(["accounts", "add"], { username: Option.some(username), "directory-id": Option.some(directoryId) })}`
      ]
    })
    return [
      "",
      `${count(accounts)} accounts are served until Ctrl-C. What the API is: ${docs}`,
      "In another terminal, as an administrator:",
      `  ${variables({ GLOWMARKT_BASE_URL: url, GLOWMARKT_APP_KEY: appKeys.key, GLOWMARKT_APP_SECRET: appKeys.secret })}`,
      `  ${ResumeLine.make(["audit"], {})}`,
      ...toAdd,
      ...asUser
    ].join("\n")
  })

const announce = Effect.gen(function* () {
  const announcement = yield* Announcement.make
  yield* Output.data(encode(announcement))
  const { stderr } = yield* Output.Output
  if (Option.isSome(yield* stderr.columns)) yield* Output.note(yield* invitation(announcement))
})

/**
 * @since 0.1.0
 * @category commands
 */
export const run = Effect.fn("glowmarkt.simulate")(
  function* (options: SimulateOptions) {
    yield* InterruptPolicy.endsWell
    yield* announce
    yield* FaultFlags.outage(options)
    return yield* Effect.never
  },
  (serving, options) => Effect.provide(serving, simulator(options))
)
