/**
 * Options for some calls only, in place of the client's.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import type { RetryPolicy } from "./RetryPolicy.js"

/**
 * - `timeout`: what one attempt may take, answer included.
 * - `retry`: `RetryPolicy.none` switches retry off.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly timeout?: Duration.DurationInput
  readonly retry?: RetryPolicy
}

/**
 * What calls read. Empty unless {@link locally} says otherwise.
 *
 * @since 0.1.0
 * @category services
 */
export class CallOptions extends Context.Reference<CallOptions>()("@effect-glowmarkt/core/CallOptions", {
  defaultValue: (): Options => ({})
}) {}

/**
 * Options for all calls inside an effect. Nested, the inner ones win, one by one.
 *
 * @example
 * import { AdminAccounts, CallOptions, RetryPolicy } from "@effect-glowmarkt/core"
 * import { Duration, Effect } from "effect"
 *
 * const quickly = AdminAccounts.AdminAccounts.pipe(
 *   Effect.flatMap((accounts) => accounts.list),
 *   CallOptions.locally({ retry: RetryPolicy.none, timeout: Duration.seconds(3) })
 * )
 *
 * @since 0.1.0
 * @category combinators
 */
export const locally: {
  (options: Options): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  <A, E, R>(self: Effect.Effect<A, E, R>, options: Options): Effect.Effect<A, E, R>
} = dual(2, <A, E, R>(self: Effect.Effect<A, E, R>, options: Options) =>
  Effect.flatMap(CallOptions, (outer) => Effect.provideService(self, CallOptions, { ...outer, ...options }))
)
