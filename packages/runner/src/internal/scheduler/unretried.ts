/** Calls that the run sends again, instead of the client: the client's own retry is off. */
import * as CallOptions from "@effect-glowmarkt/core/CallOptions"
import * as RetryPolicy from "@effect-glowmarkt/core/RetryPolicy"
import * as Effect from "effect/Effect"

const options: CallOptions.Options = { retry: RetryPolicy.none }

/**
 * Switches the client's retry off, unless it is off already: once around all subjects costs less
 * than for each of them.
 */
export const unretried = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(CallOptions.CallOptions, ({ retry }) =>
    retry === options.retry ? self : CallOptions.locally(self, options)
  )
