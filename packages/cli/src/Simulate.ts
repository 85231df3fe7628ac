/**
 * What `glowmarkt simulate` does.
 *
 * @since 0.1.0
 */
import { Announcement, Simulator } from "@effect-glowmarkt/simulator"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Ending from "./Ending.js"
import * as Output from "./Output.js"

const encode = Schema.encodeSync(Announcement.Line)

/**
 * @since 0.1.0
 * @category commands
 */
export const run = Effect.fn("glowmarkt.simulate")(
  function* (_: { readonly accounts: number; readonly port: number; readonly seed: number }) {
    yield* Ending.endsWell
    yield* Output.data(encode(yield* Announcement.make))
    return yield* Effect.never
  },
  (serving, options) => Effect.provide(serving, Simulator.layer(options))
)
