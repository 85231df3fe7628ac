import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import { parseRetryAfter } from "../src/internal/error/retryAfter.js"

const millis = (header: string | undefined, nowMillis = 0, date?: string) =>
  Option.map(parseRetryAfter(header, { date, nowMillis }), Duration.toMillis)

const second = FastCheck.integer({ min: 0, max: 4_000_000_000 })

/** The range of Unix time in a header, from 2001 to 2096. */
const moment = FastCheck.integer({ min: 1_000_000_000, max: 4_000_000_000 })

const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

/** A time in each of the three forms of an HTTP date. */
const forms = (at: number): ReadonlyArray<string> => {
  const date = new Date(at * 1000)
  const [, day = "", month = "", year = "", time = ""] = date.toUTCString().split(" ")
  const name = days[date.getUTCDay()] ?? ""
  const inThisCentury = date.getUTCFullYear() >= 2000 && date.getUTCFullYear() < 2050
  return [
    date.toUTCString(),
    `${name.slice(0, 3)} ${month} ${day.replace(/^0/, " ")} ${time} ${year}`,
    // With a two-digit year only near dates are unambiguous.
    ...(inThisCentury ? [`${name}, ${day}-${month}-${year.slice(2)} ${time} GMT`] : [])
  ]
}

describe("Retry-After", () => {
  it.prop("accepts seconds", [FastCheck.nat(1_000_000)], ([seconds]) => {
    assert.deepStrictEqual(millis(` ${seconds} `), Option.some(seconds * 1000))
  })

  it.prop("accepts all three forms of a date", [second, second], ([now, at]) => {
    for (const form of forms(at)) {
      assert.deepStrictEqual(millis(form, now * 1000), Option.some(Math.max(0, at - now) * 1000), form)
    }
  })

  it.prop("compares a date with the server's clock", [second, second, second], ([now, server, at]) => {
    for (const date of forms(server)) {
      assert.deepStrictEqual(millis(forms(at)[0], now * 1000, date), Option.some(Math.max(0, at - server) * 1000), date)
    }
    assert.deepStrictEqual(millis(forms(at)[0], now * 1000, "today"), Option.some(Math.max(0, at - now) * 1000))
  })

  it.prop("accepts Unix time in seconds or milliseconds", [moment, moment, moment], ([now, server, at]) => {
    for (const header of [String(at), `${at}000`]) {
      assert.deepStrictEqual(millis(header, now * 1000), Option.some(Math.max(0, at - now) * 1000), header)
      for (const date of forms(server)) {
        assert.deepStrictEqual(millis(header, now * 1000, date), Option.some(Math.max(0, at - server) * 1000), header)
      }
    }
  })

  it("treats a number up to 31 years as a wait and a larger one as Unix time", () => {
    assert.deepStrictEqual(millis("999999999", 0), Option.some(999_999_999_000))
    assert.deepStrictEqual(millis("1000000000", 999_999_000_000), Option.some(1_000_000))
  })

  // Must not run in UTC, where the local time would be correct by accident.
  it("reads a date without a zone as GMT", () => {
    const zone = process.env["TZ"]
    try {
      for (process.env["TZ"] of ["America/New_York", "Asia/Kolkata"]) {
        assert.notStrictEqual(new Date(0).getTimezoneOffset(), 0)
        assert.deepStrictEqual(millis("Sun Nov  6 08:49:37 1994", Date.UTC(1994, 10, 6, 8, 49, 0)), Option.some(37_000))
      }
    } finally {
      if (zone === undefined) delete process.env["TZ"]
      else process.env["TZ"] = zone
    }
  })

  it.prop("never throws and never returns a negative wait", [FastCheck.string(), second], ([header, now]) => {
    Option.map(millis(header, now), (wait) => assert.isAtLeast(wait, 0))
  })

  it("ignores any other value", () => {
    const nonsense = [
      "",
      "soon",
      "-1",
      "May",
      "1e3",
      "Wed",
      "2026-11-24T00:00:00Z",
      "Infinity",
      "Sun, 32 Foo 2026 00:00:00 GMT"
    ]
    for (const header of [undefined, ...nonsense, "Thu, 01 Jan 1970 00:00:09", "Thu Jan  1 00:00:09 1970 PST"]) {
      assert.deepStrictEqual(millis(header), Option.none(), String(header))
    }
  })
})
