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
 * How long it took: a second at least, since nothing takes none.
 *
 * @since 0.1.0
 * @category rendering
 */
export const elapsed = (from: DateTime.Utc, to: DateTime.Utc): string =>
  Duration.format(Duration.seconds(Math.max(1, Math.round(DateTime.distance(from, to) / 1000))))
