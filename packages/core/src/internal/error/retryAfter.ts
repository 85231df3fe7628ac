import * as Duration from "effect/Duration"
import * as Option from "effect/Option"

// The three forms of an HTTP date. Parsing must not accept what `Date.parse` takes for a date by accident ("1", "May").
const inGmt =
  /^(?:[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4}|[A-Z][a-z]+day, \d{2}-[A-Z][a-z]{2}-\d{2}) \d{2}:\d{2}:\d{2} GMT$/
const withoutZone = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/

const dateMillis = (value: string): number =>
  inGmt.test(value) ? Date.parse(value) : withoutZone.test(value) ? Date.parse(`${value} GMT`) : Number.NaN

// In seconds this is 31 years, in Unix time the year 2001; a thousand times that is Unix time in milliseconds.
const firstMoment = 1e9

/** When to come back, by the server's clock, or how long to wait. */
const parse = (value: string): { readonly waitSeconds: number } | { readonly atMillis: number } => {
  if (!/^\d+(?:\.\d+)?$/.test(value)) return { atMillis: dateMillis(value) }
  const number = Number(value)
  if (number < firstMoment) return { waitSeconds: number }
  return { atMillis: number < firstMoment * 1000 ? number * 1000 : number }
}

/**
 * The header `Retry-After`: seconds, or an HTTP date. Servers also send Unix time, so a number too
 * large to be a wait is a moment. A moment that has passed asks for no wait. It is one by the
 * server's clock, which its header `Date` tells; without that, ours has to do.
 */
export const parseRetryAfter = (
  header: string | undefined,
  { date, nowMillis }: { readonly date: string | undefined; readonly nowMillis: number }
): Option.Option<Duration.Duration> => {
  const asked = parse(header?.trim() ?? "")
  if ("waitSeconds" in asked) return Option.some(Duration.seconds(asked.waitSeconds))
  if (Number.isNaN(asked.atMillis)) return Option.none()
  const serverMillis = dateMillis(date?.trim() ?? "")
  const from = Number.isNaN(serverMillis) ? nowMillis : serverMillis
  return Option.some(Duration.millis(Math.max(0, asked.atMillis - from)))
}
