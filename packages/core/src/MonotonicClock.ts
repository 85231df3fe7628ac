/**
 * A clock for durations and deadlines. Adjusting the system's time does not affect it. Import this
 * module from `@effect-glowmarkt/core/MonotonicClock`.
 *
 * @since 0.1.0
 */
import type * as Clock from "effect/Clock"
import * as internal from "./internal/call/monotonicClock.js"

/**
 * Milliseconds since an arbitrary start, including fractions.
 *
 * @example
 * ```ts
 * import * as MonotonicClock from "@effect-glowmarkt/core/MonotonicClock"
 * import { Effect } from "effect"
 *
 * const now = Effect.clockWith((clock) => Effect.sync(() => MonotonicClock.millis(clock)))
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const millis: (clock: Clock.Clock) => number = internal.millis
