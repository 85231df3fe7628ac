import * as Duration from "effect/Duration"
import * as Option from "effect/Option"

// The three forms of an HTTP date. `Date.parse` alone would also accept "1" or "May".
const inGmt =
  /^(?:[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4}|[A-Z][a-z]+day, \d{2}-[A-Z][a-z]{2}-\d{2}) \d{2}:\d{2}:\d{2} GMT$/
const withoutZone = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/

const dateMillis = (value: string): number =>
  inGmt.test(value) ? Date.parse(value) : withoutZone.test(value) ? Date.parse(`${value} GMT`) : Number.NaN

// Smaller numbers are a wait in seconds. This one would be a wait of 31 years, or the year 2001 as
// Unix time. From 1,000 times this number on, the number is Unix time in milliseconds.
const firstUnixTime = 1e9

const parse = (value: string): { readonly waitSeconds: number } | { readonly atMillis: number } => {
  if (!/^\d+(?:\.\d+)?$/.test(value)) return { atMillis: dateMillis(value) }
  const number = Number(value)
  if (number < firstUnixTime) return { waitSeconds: number }
  return { atMillis: number < firstUnixTime * 1000 ? number * 1000 : number }
}

/**
 * Parses a `Retry-After` header: seconds or an HTTP date. Some servers send Unix time, so a number
 * too large for a wait counts as a time. Times are compared with the server's `Date` header or,
 * without it, with our clock. A time in the past means no wait.
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
