/**
 * The faults of the simulated server: throttling, latency and an outage.
 *
 * @since 0.1.0
 */
import * as Faults from "@effect-glowmarkt/simulator/Faults"
import * as Simulator from "@effect-glowmarkt/simulator/Simulator"
import type * as Throttle from "@effect-glowmarkt/simulator/Throttle"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Format from "../../terminal/Format.js"
import * as Output from "../../terminal/Output.js"

/**
 * The server fails every request for `lasts`, starting `after` the first request.
 *
 * @since 0.1.0
 * @category models
 */
export interface Outage {
  readonly after: Duration.Duration
  readonly lasts: Duration.Duration
}

/**
 * The faults to inject. `throttle` is the number of requests admitted per second.
 *
 * @since 0.1.0
 * @category models
 */
export interface FaultFlags {
  readonly throttle: Option.Option<number>
  readonly latency: Option.Option<Duration.Duration>
  readonly outage: Option.Option<Outage>
}

/**
 * Makes a rate limit that allows bursts of up to a quarter of the requests per second.
 *
 * @since 0.1.0
 * @category constructors
 */
export const limit = (perSecond: number): Throttle.Limit => ({
  perSecond,
  burst: Math.max(1, Math.ceil(perSecond / 4))
})

/**
 * Returns the faults that apply to every request.
 *
 * @since 0.1.0
 * @category constructors
 */
export const constantFaults = ({ latency }: Pick<FaultFlags, "latency">): Faults.Rules =>
  Option.match(latency, {
    onNone: () => [],
    onSome: (duration) => [Faults.always({}, Faults.Latency({ duration }))]
  })

// During an outage, requests get the error page of a proxy, a reset connection or an error of the
// server itself, in turn.
const outageFaults = Faults.Cycle({
  on: {},
  faults: [Faults.htmlError(503), Faults.Reset({ when: "before" }), Faults.serverError]
})

const firstRequest = Effect.flatMap(Simulator.Simulator, ({ requests }) =>
  Effect.repeat(requests.maxConcurrency, {
    until: (most) => most > 0,
    schedule: Schedule.spaced(Duration.millis(50))
  })
)

/**
 * Runs the outage, if there is one, and prints when it starts and ends.
 *
 * @since 0.1.0
 * @category running
 */
export const runOutage = Effect.fnUntraced(function* (flags: FaultFlags) {
  if (Option.isNone(flags.outage)) return
  const { after, lasts } = flags.outage.value
  const { faults } = yield* Simulator.Simulator
  yield* firstRequest
  yield* Effect.sleep(after)
  yield* faults.add(outageFaults)
  yield* Output.note(`Outage: every request fails for ${Format.duration(lasts)}.`)
  yield* Effect.sleep(lasts)
  yield* faults.set(constantFaults(flags))
  yield* Output.note("The outage is over.")
})
