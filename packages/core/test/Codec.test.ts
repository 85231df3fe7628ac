import { assert, describe, it } from "@effect/vitest"
import { Account } from "@effect-glowmarkt/core"
import * as Codec from "@effect-glowmarkt/core/Codec"
import * as Arbitrary from "effect/Arbitrary"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Schema from "effect/Schema"

class Own extends Schema.Class<Own>("Own")({ at: Schema.DateTimeUtc }) {}

const Tagged = Schema.Union(
  Schema.TaggedStruct("Read", { account: Account.Account, at: Schema.DateTimeUtcFromNumber }),
  Schema.TaggedStruct("Unread", { problem: Schema.String, words: Schema.Array(Schema.Literal("a", "b")) })
)

const isAs = <A, I>(name: string, schema: Schema.Schema<A, I>) => {
  const { decode, encode } = Codec.make(schema)
  const encodeBySchema = Schema.encodeSync(schema)
  const decodeBySchema = Schema.decodeUnknownEither(schema)

  it.prop(`${name}: encodes and decodes like its schema`, [Arbitrary.make(schema)], ([value]) => {
    const encoded = encode(value)
    assert.deepStrictEqual(encoded, encodeBySchema(value))
    assert.deepStrictEqual(Either.getOrThrow(decode(encoded)), Either.getOrThrow(decodeBySchema(encoded)))
  })

  it.prop(
    `${name}: refuses the same values as its schema with the same error`,
    [
      FastCheck.oneof(
        FastCheck.jsonValue(),
        FastCheck.record(
          {
            _tag: FastCheck.constantFrom("Read", "Unread", "Other"),
            a: FastCheck.oneof(FastCheck.integer(), FastCheck.string(), FastCheck.constant(undefined)),
            b: FastCheck.jsonValue(),
            text: FastCheck.string(),
            number: FastCheck.double(),
            flag: FastCheck.constantFrom(true, undefined, null),
            word: FastCheck.constantFrom("yes", "maybe", undefined),
            from: FastCheck.constantFrom("1", "x"),
            json: FastCheck.constantFrom('{"deep":1}', '{"deep":"1"}', "{}", "{")
          },
          { requiredKeys: [] }
        )
      )
    ],
    ([value]) => {
      const decoded = decode(value)
      const bySchema = decodeBySchema(value)
      assert.deepStrictEqual(Either.getOrNull(decoded), Either.getOrNull(bySchema))
      assert.strictEqual(
        Either.match(decoded, { onLeft: String, onRight: () => "" }),
        Either.match(bySchema, { onLeft: String, onRight: () => "" })
      )
    },
    { fastCheck: { numRuns: 300 } }
  )
}

describe("Codec.make", () => {
  // Some of these schemas are compiled completely, some partly and some not at all. The results
  // must not differ.
  isAs(
    "fields",
    Schema.Struct({
      text: Schema.String,
      number: Schema.Number,
      flag: Schema.optionalWith(Schema.Boolean, { exact: true }),
      word: Schema.optional(Schema.Literal("yes", "no")),
      from: Schema.NumberFromString,
      json: Schema.parseJson(Schema.Struct({ deep: Schema.Int })),
      absent: Schema.optionalWith(Schema.String, { default: () => "none" })
    })
  )
  const flag = Schema.optionalWith(Schema.Boolean, { exact: true })
  isAs("plain fields", Schema.Struct({ a: Schema.optionalWith(Schema.Int, { exact: true }), flag }))
  isAs("containers", Schema.Struct({ a: Schema.OptionFromSelf(Schema.NumberFromString), flag }))
  isAs("composed", Schema.Struct({ json: Schema.parseJson(Schema.Struct({ deep: Schema.NumberFromString })) }))
  isAs("tagged", Tagged)
  isAs("array", Schema.Array(Tagged))
  isAs("non-empty array", Schema.NonEmptyArray(Schema.Trim))
  isAs("tuple", Schema.Tuple(Schema.String, Schema.Int))
  isAs("nullable", Schema.Struct({ a: Schema.NullOr(Schema.DateTimeUtc), b: Schema.OptionFromNullOr(Schema.Int) }))
  isAs("class", Schema.Struct({ own: Own, record: Schema.Record({ key: Schema.String, value: Schema.Int }) }))
  isAs("fallback", Schema.Struct({ a: Schema.Int.annotations({ decodingFallback: () => Either.right(7) }) }))
  isAs("no excess", Schema.Struct({ a: Schema.Int }).annotations({ parseOptions: { onExcessProperty: "error" } }))
  isAs(
    "untagged",
    Schema.Union(Schema.Struct({ a: Schema.Int }), Schema.Struct({ word: Schema.Literal("yes"), a: Schema.Int }))
  )
})
