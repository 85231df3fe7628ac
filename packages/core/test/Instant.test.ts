import { inspect, isDeepStrictEqual } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import * as Codec from "@effect-glowmarkt/core/Codec"
import * as DateTime from "effect/DateTime"
import * as Either from "effect/Either"
import * as Equal from "effect/Equal"
import * as FastCheck from "effect/FastCheck"
import * as Hash from "effect/Hash"
import * as Schema from "effect/Schema"

const ofText = Codec.decoder(Schema.DateTimeUtc)
const ofNumber = Codec.decoder(Schema.DateTimeUtcFromNumber)
const numberBySchema = Schema.decodeUnknownEither(Schema.DateTimeUtcFromNumber)

const instants = FastCheck.date({ noInvalidDate: true })

// Time zones shift an instant by up to a day. It must stay within the range of a `Date`.
const years = FastCheck.date({ noInvalidDate: true, min: new Date("0001-01-02"), max: new Date("9999-12-30") })

const looksLike = (instant: DateTime.DateTime) => ({
  keys: Object.keys(instant),
  prototype: Object.getPrototypeOf(instant),
  isUtc: DateTime.isDateTime(instant) && DateTime.isUtc(instant),
  hash: Hash.hash(instant),
  inspected: inspect(instant),
  text: String(instant),
  json: JSON.stringify(instant),
  iso: DateTime.formatIso(instant),
  spread: { ...instant }
})

describe("instant", () => {
  it.prop("creates the same instants as Effect", [instants], ([date]) => {
    const made = DateTime.unsafeMake(date)
    for (const decoded of [ofText(date.toISOString()), ofNumber(date.getTime())]) {
      const instant = Either.getOrThrow(decoded)
      assert.deepStrictEqual(looksLike(instant), looksLike(made))
      assert.isTrue(Equal.equals(instant, made) && Equal.equals(made, instant))
      assert.isTrue(DateTime.Equivalence(instant, made) && isDeepStrictEqual(instant, made))
    }
  })

  it.prop(
    "creates instants that support arithmetic and have the same parts",
    [years, FastCheck.integer()],
    ([date, millis]) => {
      const made = DateTime.unsafeMake(date)
      const instant = Either.getOrThrow(ofText(date.toISOString()))
      assert.deepStrictEqual(DateTime.toParts(instant), DateTime.toParts(made))
      assert.deepStrictEqual(DateTime.startOf(instant, "week"), DateTime.startOf(made, "week"))
      assert.deepStrictEqual(DateTime.add(instant, { millis }), DateTime.add(made, { millis }))
      assert.strictEqual(
        DateTime.formatIsoZoned(DateTime.unsafeSetZoneNamed(instant, "Europe/London")),
        DateTime.formatIsoZoned(DateTime.unsafeSetZoneNamed(made, "Europe/London"))
      )
    }
  )

  it.prop(
    "accepts the same numbers as Effect",
    [
      FastCheck.oneof(
        FastCheck.double(),
        FastCheck.maxSafeInteger(),
        FastCheck.constantFrom(0, -0, 1.5, -1.5, 8.64e15, 8.64e15 + 1, -8.64e15, -8.64e15 - 1)
      )
    ],
    ([value]) => {
      const decoded = ofNumber(value)
      const bySchema = numberBySchema(value)
      assert.strictEqual(Either.isRight(decoded), Either.isRight(bySchema))
      if (Either.isRight(decoded) && Either.isRight(bySchema)) {
        assert.isTrue(Object.is(decoded.right.epochMillis, bySchema.right.epochMillis))
      }
    }
  )
})
