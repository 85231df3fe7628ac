/**
 * Options for some calls only, in place of the client's.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import type * as CircuitBreaker from "./CircuitBreaker.js"
import type { RateLimiter } from "./RateLimit.js"
import type * as RetryBudget from "./RetryBudget.js"
import type { RetryPolicy } from "./RetryPolicy.js"

/**
 * - `timeout`: what one attempt may take, answer included.
 * - `retry`: `RetryPolicy.none` switches retry off.
 * - `retryBudget`: what these calls may spend on retries, apart from the client's
 *   others; `RetryBudget.make(RetryBudget.unlimited)` switches the budget off.
 * - `circuitBreaker`: a circuit of their own; `CircuitBreaker.none` switches it off.
 * - `rateLimiter`: a limit of their own (requests, retries included); `"none"` switches it off.
 * - `turn`: one more limiter, beside whichever holds: each request waits for its
 *   turn first. For who works with many subjects at a client that others use, too.
 * - `maxBodyBytes`: the largest answer that is read; `Number.POSITIVE_INFINITY` switches the cap off.
 *
 * Budget, circuit and limiter have a memory: make one, and give the same one to
 * all calls that share it.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly timeout?: Duration.DurationInput
  readonly retry?: RetryPolicy
  readonly retryBudget?: RetryBudget.Balance
  readonly circuitBreaker?: CircuitBreaker.Circuit
  readonly rateLimiter?: RateLimiter | "none"
  readonly turn?: RateLimiter
  readonly maxBodyBytes?: number
}

/**
 * All as the client says.
 *
 * @since 0.1.0
 * @category constructors
 */
export const none: Options = {}

/**
 * What calls read: {@link none}, unless {@link locally} says otherwise.
 *
 * @since 0.1.0
 * @category services
 */
export class CallOptions extends Context.Reference<CallOptions>()("@effect-glowmarkt/core/CallOptions", {
  defaultValue: () => none
}) {}

/**
 * Options for all calls inside an effect. Nested, the inner ones win, one by one.
 *
 * @example
 * ```ts
 * import { AdminAccounts, CallOptions, RetryPolicy } from "@effect-glowmarkt/core"
 * import { Duration, Effect } from "effect"
 *
 * const quickly = AdminAccounts.AdminAccounts.pipe(
 *   Effect.flatMap((accounts) => accounts.list),
 *   CallOptions.locally({ retry: RetryPolicy.none, timeout: Duration.seconds(3) })
 * )
 * ```
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
