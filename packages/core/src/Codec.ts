/**
 * Decoders and encoders for many values of one schema. An advanced module, imported from
 * `@effect-glowmarkt/core/Codec`: for few values `Schema` by itself is as good.
 *
 * @since 0.1.0
 */
import type * as Either from "effect/Either"
import type * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { decoderOf } from "./internal/decode/reader.js"
import { unwritten, writerOf } from "./internal/decode/writer.js"

/**
 * Between a value and what it is encoded as, JSON for example.
 *
 * @since 0.1.0
 * @category models
 */
export interface Codec<A, I = unknown> {
  /** Encodes a value. */
  readonly encode: (value: A) => I
  /** Decodes an encoded value. */
  readonly decode: (encoded: unknown) => Either.Either<A, ParseResult.ParseError>
}

/**
 * Decodes as `Schema.decodeUnknownEither` does, in a third to a half of the time for structs of texts,
 * numbers, flags, literals, instants, and unions of these by `_tag`. Everything else in a schema, and
 * every value that is refused, goes to `Schema` itself.
 *
 * @since 0.1.0
 * @category constructors
 */
export const decoder: <A, I>(
  schema: Schema.Schema<A, I>
) => (encoded: unknown) => Either.Either<A, ParseResult.ParseError> = decoderOf

/**
 * Encodes as `Schema.encodeSync` does, but does not check again what the type of the value promises.
 * Throws what that throws for a value it cannot encode.
 *
 * @since 0.1.0
 * @category constructors
 */
export const encoder = <A, I>(schema: Schema.Schema<A, I>): ((value: A) => I) => {
  const write = writerOf(schema.ast)
  const encode = Schema.encodeSync(schema)
  if (write === undefined) return encode
  return (value) => {
    const encoded = write(value)
    // What the writer of a schema gives is of its encoded type: it is made of the parts of the schema that say so.
    return encoded === unwritten ? encode(value) : (encoded as I)
  }
}

/**
 * Both directions.
 *
 * @example
 * ```ts
 * import * as Codec from "@effect-glowmarkt/core/Codec"
 * import { Schema } from "effect"
 *
 * const readings = Codec.make(Schema.Struct({ at: Schema.DateTimeUtc, kWh: Schema.Number }))
 * const reading = readings.decode({ at: "2026-03-14T09:15:00Z", kWh: 0.42 })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = <A, I>(schema: Schema.Schema<A, I>): Codec<A, I> => ({
  encode: encoder(schema),
  decode: decoder(schema)
})
