/** Days, instants and "so long ago", as people write them. */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import type { Moment } from "../../AccountFilter.js"
import { durationText } from "../audit/durationText.js"

const day = /^\d{4}-\d{2}-\d{2}$/
const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/i
const ago = /^(\d+(?:\.\d+)? (?:minute|hour|day|week)s?) ago$/i

export const expected = 'a day as 2025-01-01, an instant as 2025-01-01T09:15:00Z, or as "180 days ago"'

export const parse = (text: string): Option.Option<Moment> => {
  const before = ago.exec(text)?.[1]
  if (before !== undefined) {
    return Option.map(Duration.decodeUnknown(before.toLowerCase()), (duration): Moment => ({ _tag: "Ago", duration }))
  }
  if (day.test(text)) {
    return DateTime.make(text).pipe(
      Option.map(DateTime.toUtc),
      // The 31st of February is the 3rd of March to some.
      Option.filter((start) => DateTime.formatIsoDateUtc(start) === text),
      Option.map((start): Moment => ({ _tag: "Day", start }))
    )
  }
  return instant.test(text)
    ? Option.map(DateTime.make(text), (at): Moment => ({ _tag: "Instant", at: DateTime.toUtc(at) }))
    : Option.none()
}

export const format = (moment: Moment): string => {
  switch (moment._tag) {
    case "Day":
      return DateTime.formatIsoDateUtc(moment.start)
    case "Instant":
      return DateTime.formatIso(moment.at)
    case "Ago":
      return `${durationText(moment.duration)} ago`
  }
}
