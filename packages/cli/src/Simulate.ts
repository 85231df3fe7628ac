/**
 * What `glowmarkt simulate` does.
 *
 * @since 0.1.0
 */
import { Announcement, Simulator } from "@effect-glowmarkt/simulator"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Ending from "./Ending.js"
import * as Output from "./Output.js"
import * as Rehearsal from "./Rehearsal.js"

const encode = Schema.encodeSync(Announcement.Line)

/**
 * @since 0.1.0
 * @category models
 */
export interface SimulateOptions extends Rehearsal.Rehearsal {
  readonly accounts: number
  readonly port: number
  readonly seed: number
}

const simulator = ({ accounts, port, seed, ...rehearsal }: SimulateOptions) =>
  Simulator.layer({
    accounts,
    port,
    seed,
    faults: Rehearsal.always(rehearsal),
    ...Option.match(rehearsal.throttle, {
      onNone: () => ({}),
      onSome: (perSecond) => ({ throttle: Rehearsal.limit(perSecond) })
    })
  })

/**
 * @since 0.1.0
 * @category commands
 */
export const run = Effect.fn("glowmarkt.simulate")(
  function* (options: SimulateOptions) {
    yield* Ending.endsWell
    yield* Output.data(encode(yield* Announcement.make))
    yield* Rehearsal.outage(options)
    return yield* Effect.never
  },
  (serving, options) => Effect.provide(serving, simulator(options))
)
