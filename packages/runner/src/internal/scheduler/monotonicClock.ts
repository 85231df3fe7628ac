/**
 * Monotonic time in milliseconds. The system's clock can be set back, and a wait until one of its
 * instants would then be too long. Instants are only for events, which people read.
 */
import type * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"

/** Whole milliseconds, as those of the system's clock. */
export const millis = (clock: Clock.Clock): number => Math.floor(Number(clock.unsafeCurrentTimeNanos()) / 1e6)

/** What the system's clock will show at that time, unless it is set before. */
export const instant = (clock: Clock.Clock, atMillis: number): DateTime.Utc =>
  DateTime.unsafeMake(clock.unsafeCurrentTimeMillis() + atMillis - millis(clock))
