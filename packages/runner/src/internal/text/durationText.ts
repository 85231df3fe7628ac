import * as Duration from "effect/Duration"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"

const units = [
  ["days", 86_400_000],
  ["hours", 3_600_000],
  ["minutes", 60_000],
  ["seconds", 1000]
] as const

/** Formats a duration in the largest unit that divides it. */
export const durationText = (duration: Duration.Duration): string => {
  const millis = Duration.toMillis(duration)
  const [unit, size] = units.find(([, size]) => millis % size === 0) ?? ["millis", 1]
  return `${millis / size} ${unit}`
}

/**
 * A duration stored as text, such as `180 days`, because stored parameters are also shown to
 * people.
 */
export const DurationText = Schema.transformOrFail(Schema.String, Schema.DurationFromSelf, {
  strict: true,
  decode: (text, _, ast) =>
    Either.fromOption(
      Option.filter(Duration.decodeUnknown(text), Duration.isFinite),
      () => new ParseResult.Type(ast, text, `expected a duration like "180 days"`)
    ),
  encode: (duration) => ParseResult.succeed(durationText(duration))
})
