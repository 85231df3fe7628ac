/**
 * A clock that adjusting the system's time does not change, for durations and deadlines. Import
 * this module from `@effect-glowmarkt/core/MonotonicClock`.
 *
 * @since 0.1.0
 */
import type * as Clock from "effect/Clock"
import * as internal from "./internal/call/monotonicClock.js"

/**
 * Milliseconds since an arbitrary start, with fractions.
 *
 * @since 0.1.0
 * @category combinators
 */
export const millis: (clock: Clock.Clock) => number = internal.millis
