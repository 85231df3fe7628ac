import * as Duration from "effect/Duration"
import * as Option from "effect/Option"

// Parsing must not accept what `Date.parse` takes for a date by accident ("1", "May").
const httpDate = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /

/** The header `Retry-After`, in either of its forms: seconds, or an HTTP date. A date that has passed asks for no wait. */
export const parseRetryAfter = (header: string | undefined, nowMillis: number): Option.Option<Duration.Duration> => {
  const value = header?.trim() ?? ""
  if (/^\d+(?:\.\d+)?$/.test(value)) return Option.some(Duration.seconds(Number(value)))
  if (!httpDate.test(value)) return Option.none()
  const at = Date.parse(value)
  return Number.isNaN(at) ? Option.none() : Option.some(Duration.millis(Math.max(0, at - nowMillis)))
}
