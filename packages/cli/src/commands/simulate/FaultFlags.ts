/**
 * Bad days of the simulated server, for people who want to see a run survive them before it meets a real one.
 *
 * @since 0.1.0
 */
import { Faults, Simulator, type Throttle } from "@effect-glowmarkt/simulator"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Format from "../../terminal/Format.js"
import * as Output from "../../terminal/Output.js"

/**
 * `after` the first request nothing is answered as it should be, for as long as it `lasts`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Outage {
  readonly after: Duration.Duration
  readonly lasts: Duration.Duration
}

/**
 * `throttle` is how many requests a second are admitted.
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
 * After a rest a quarter of a second's requests may come at once.
 *
 * @since 0.1.0
 * @category constructors
 */
export const limit = (perSecond: number): Throttle.Limit => ({
  perSecond,
  burst: Math.max(1, Math.ceil(perSecond / 4))
})

/**
 * What goes wrong all the time.
 *
 * @since 0.1.0
 * @category constructors
 */
export const always = ({ latency }: Pick<FaultFlags, "latency">): Faults.Rules =>
  Option.match(latency, {
    onNone: () => [],
    onSome: (duration) => [Faults.always({}, Faults.Latency({ duration }))]
  })

// As proxies and providers fail: in their place, in between, and themselves.
const down = Faults.Cycle({
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
 * The outage, which says when it comes and goes.
 *
 * @since 0.1.0
 * @category running
 */
export const outage = Effect.fnUntraced(function* (rehearsal: FaultFlags) {
  if (Option.isNone(rehearsal.outage)) return
  const { after, lasts } = rehearsal.outage.value
  const { faults } = yield* Simulator.Simulator
  yield* firstRequest
  yield* Effect.sleep(after)
  yield* faults.add(down)
  yield* Output.note(`Outage: nothing is answered as it should be for ${Format.duration(lasts)}.`)
  yield* Effect.sleep(lasts)
  yield* faults.set(always(rehearsal))
  yield* Output.note("The outage is over.")
})
