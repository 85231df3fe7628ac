/** Switches off the client's retry for calls that the run retries itself. */
import * as CallOptions from "@effect-glowmarkt/core/CallOptions"
import * as RetryPolicy from "@effect-glowmarkt/core/RetryPolicy"
import * as Effect from "effect/Effect"

const options: CallOptions.Options = { retry: RetryPolicy.none }

/**
 * Switches off the client's retry unless it is off already. Doing so once around all subjects is
 * cheaper than once per subject.
 */
export const unretried = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(CallOptions.CallOptions, ({ retry }) =>
    retry === options.retry ? self : CallOptions.locally(self, options)
  )
