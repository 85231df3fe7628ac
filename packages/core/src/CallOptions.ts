/**
 * Options that apply to some calls only and replace the client's.
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
 * - `timeout`: the time limit of one attempt, from sending the request to the end of the response.
 * - `retry`: `RetryPolicy.none` switches retries off.
 * - `retryBudget`: a separate budget for these calls; `RetryBudget.make(RetryBudget.unlimited)`
 *   switches it off.
 * - `circuitBreaker`: a separate circuit for these calls; `CircuitBreaker.none` switches it off.
 * - `rateLimiter`: replaces the client's limiter (every request counts, retries included); `"none"`
 *   switches it off.
 * - `additionalRateLimiter`: applies as well, before the client's limiter or its replacement. A
 *   bulk job uses it to limit itself without limiting other users of the same client.
 * - `maxBodyBytes`: the largest response body; `Number.POSITIVE_INFINITY` removes the limit.
 *
 * Budgets, circuits and limiters are stateful: create one and pass the same one to every call that
 * should share it.
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
  readonly additionalRateLimiter?: RateLimiter
  readonly maxBodyBytes?: number
}

/**
 * Overrides nothing.
 *
 * @example
 * ```ts
 * import { CallOptions } from "@effect-glowmarkt/core"
 *
 * const base: CallOptions.Options = CallOptions.none
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const none: Options = {}

/**
 * The options in effect for a call: {@link none}, unless {@link locally} sets some.
 *
 * @since 0.1.0
 * @category services
 */
export class CallOptions extends Context.Reference<CallOptions>()("@effect-glowmarkt/core/CallOptions", {
  defaultValue: () => none
}) {}

/**
 * Sets options for all calls inside an effect. When nested, each inner option overrides the outer
 * one.
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
} = /* @__PURE__ */ dual(2, <A, E, R>(self: Effect.Effect<A, E, R>, options: Options) =>
  Effect.flatMap(CallOptions, (outer) => Effect.provideService(self, CallOptions, { ...outer, ...options }))
)
