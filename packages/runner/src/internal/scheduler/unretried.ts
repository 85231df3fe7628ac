/** Steps whose calls the run sends again: the client's own retry is off in them. */
import * as CallOptions from "@effect-glowmarkt/core/CallOptions"
import * as RetryPolicy from "@effect-glowmarkt/core/RetryPolicy"
import * as Effect from "effect/Effect"

const options: CallOptions.Options = { retry: RetryPolicy.none }

/** With the client's retry off, unless it is already. */
export const unretried = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(CallOptions.CallOptions, ({ retry }) =>
    retry === options.retry ? self : CallOptions.locally(self, options)
  )

// Switching it off for each subject costs as much as a good part of its call: a run does it once for all of such steps.
const marked = new WeakSet<object>()

/** Notes that all of a step is `unretried`. */
export const mark = <Step extends object>(step: Step): Step => {
  marked.add(step)
  return step
}

/** What works on many subjects by this step. */
export const aroundAll = <A, E, R>(step: object, work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  marked.has(step) ? unretried(work) : work
