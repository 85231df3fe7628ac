import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import { parseRetryAfter } from "../src/internal/retryAfter.js"

const millis = (header: string | undefined, now = 0) => Option.map(parseRetryAfter(header, now), Duration.toMillis)

const second = FastCheck.integer({ min: 0, max: 4_000_000_000 })

describe("Retry-After", () => {
  it.prop("in seconds", [FastCheck.nat(1_000_000)], ([seconds]) => {
    assert.deepStrictEqual(millis(` ${seconds} `), Option.some(seconds * 1000))
  })

  it.prop("as a date", [second, second], ([now, at]) => {
    assert.deepStrictEqual(
      millis(new Date(at * 1000).toUTCString(), now * 1000),
      Option.some(Math.max(0, at - now) * 1000)
    )
  })

  it.prop("never throws, never asks for less than nothing", [FastCheck.string(), second], ([header, now]) => {
    Option.map(millis(header, now), (wait) => assert.isAtLeast(wait, 0))
  })

  it("is nothing when it is neither", () => {
    for (const header of [undefined, "", "soon", "-1", "May", "1e3", "Wed", "2026-11-24T00:00:00Z", "Infinity"]) {
      assert.deepStrictEqual(millis(header), Option.none(), String(header))
    }
  })
})
