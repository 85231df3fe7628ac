/**
 * Numbers and durations, as people read them.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"

const number = new Intl.NumberFormat("en-GB")

/**
 * @since 0.1.0
 * @category rendering
 */
export const count = (value: number): string => number.format(value)

/**
 * A duration in whole seconds, and one second at least.
 *
 * @since 0.1.0
 * @category rendering
 */
export const duration = (duration: Duration.Duration): string =>
  Duration.format(Duration.seconds(Math.max(1, Math.round(Duration.toSeconds(duration)))))

/**
 * How long it took.
 *
 * @since 0.1.0
 * @category rendering
 */
export const elapsed = (from: DateTime.Utc, to: DateTime.Utc): string =>
  duration(Duration.millis(DateTime.distance(from, to)))
