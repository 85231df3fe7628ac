/**
 * Time that only goes on, in milliseconds. The system's clock can be set, also back: what is due at
 * an instant of it would be waited for once more. Only what people read is an instant.
 */
import type * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"

/** Whole ones, as a real clock's. */
export const millis = (clock: Clock.Clock): number => Math.floor(Number(clock.unsafeCurrentTimeNanos()) / 1e6)

/** What the system's clock shows at that time, unless it is set until then. */
export const instant = (clock: Clock.Clock, atMillis: number): DateTime.Utc =>
  DateTime.unsafeMake(clock.unsafeCurrentTimeMillis() + atMillis - millis(clock))
