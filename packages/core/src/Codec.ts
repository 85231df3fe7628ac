/**
 * Schemas put together once. `Schema` interprets a schema for each value anew;
 * where thousands of values pass through the same one that is most of the work.
 *
 * @since 0.1.0
 */
import type * as Either from "effect/Either"
import type * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"
import { decoderOf, readerOf, unread } from "./internal/decode/reader.js"
import { unwritten, writerOf } from "./internal/decode/writer.js"

/**
 * Between a value and what it is encoded as, JSON for example.
 *
 * @since 0.1.0
 * @category models
 */
export interface Codec<A, I = unknown> {
  readonly encode: (value: A) => I
  readonly decode: (encoded: unknown) => Either.Either<A, ParseResult.ParseError>
}

/**
 * Decodes as `Schema.decodeUnknownEither` does, in a third to a half of the time
 * for structs of texts, numbers, flags, literals, instants, and unions of these by
 * `_tag`. Whatever else there is in a schema, and whatever a value is refused for,
 * `Schema` itself decides and explains.
 *
 * @since 0.1.0
 * @category constructors
 */
export const decoder: <A, I>(
  schema: Schema.Schema<A, I>
) => (encoded: unknown) => Either.Either<A, ParseResult.ParseError> = decoderOf

/**
 * Encodes as `Schema.encodeSync` does, but does not check again what the type of
 * the value promises. Throws what that throws for a value it cannot encode.
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
 * import { Codec } from "@effect-glowmarkt/core"
 * import { Schema } from "effect"
 *
 * const readings = Codec.make(Schema.Struct({ at: Schema.DateTimeUtc, kWh: Schema.Number }))
 * const reading = readings.decode({ at: "2026-03-14T09:15:00Z", kWh: 0.42 })
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = <A, I>(schema: Schema.Schema<A, I>): Codec<A, I> => ({
  encode: encoder(schema),
  decode: decoder(schema)
})

/**
 * Whether a value is one of the schema's that is encoded as itself, as far as can
 * be told at once: what is refused may still be one.
 *
 * @since 0.1.0
 * @category refinements
 */
export const encodesItself = <A, I>(schema: Schema.Schema<A, I>): ((value: unknown) => boolean) => {
  // Where nothing is transformed, a value that is decoded and one that is encoded are the same.
  const read = AST.typeAST(schema.ast) === schema.ast ? readerOf(schema.ast) : undefined
  return (value) => read !== undefined && read(value) !== unread
}
