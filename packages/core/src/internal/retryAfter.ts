import * as Duration from "effect/Duration"
import * as Option from "effect/Option"

// The three forms of an HTTP date. Parsing must not accept what `Date.parse` takes for a date by accident ("1", "May").
const inGmt =
  /^(?:[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4}|[A-Z][a-z]+day, \d{2}-[A-Z][a-z]{2}-\d{2}) \d{2}:\d{2}:\d{2} GMT$/
const withoutZone = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/

const dateMillis = (value: string): number =>
  inGmt.test(value) ? Date.parse(value) : withoutZone.test(value) ? Date.parse(`${value} GMT`) : Number.NaN

/**
 * The header `Retry-After`, in either of its forms: seconds, or an HTTP date. A
 * date that has passed asks for no wait. It is a date by the server's clock, which
 * its header `Date` tells; without that, ours has to do.
 */
export const parseRetryAfter = (
  header: string | undefined,
  { date, nowMillis }: { readonly date: string | undefined; readonly nowMillis: number }
): Option.Option<Duration.Duration> => {
  const value = header?.trim() ?? ""
  if (/^\d+(?:\.\d+)?$/.test(value)) return Option.some(Duration.seconds(Number(value)))
  const at = dateMillis(value)
  if (Number.isNaN(at)) return Option.none()
  const serverMillis = dateMillis(date?.trim() ?? "")
  const from = Number.isNaN(serverMillis) ? nowMillis : serverMillis
  return Option.some(Duration.millis(Math.max(0, at - from)))
}
