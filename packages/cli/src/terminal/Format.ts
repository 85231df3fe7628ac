/**
 * Numbers, times and durations as text for people.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"

const number = new Intl.NumberFormat("en-GB")

/**
 * @since 0.1.0
 * @category reports
 */
export const count = (value: number): string => number.format(value)

/**
 * Formats a duration in whole seconds, at least one.
 *
 * @since 0.1.0
 * @category reports
 */
export const duration = (duration: Duration.Duration): string =>
  Duration.format(Duration.seconds(Math.max(1, Math.round(Duration.toSeconds(duration)))))

/**
 * Formats the time between two instants in whole seconds.
 *
 * @since 0.1.0
 * @category reports
 */
export const elapsed = (from: DateTime.Utc, to: DateTime.Utc): string =>
  duration(Duration.millis(DateTime.distance(from, to)))

/**
 * Formats an instant to the minute, in UTC.
 *
 * @since 0.1.0
 * @category reports
 */
export const instant = (at: DateTime.Utc): string => `${DateTime.formatIso(at).slice(0, 16).replace("T", " ")} UTC`

/**
 * Formats a number with its noun: `1 account`, `2,000 accounts`.
 *
 * @since 0.1.0
 * @category reports
 */
export const plural = (number: number, singular: string, plural: string = `${singular}s`): string =>
  `${count(number)} ${number === 1 ? singular : plural}`
