/**
 * Creates `DateTime.Utc` values without the `Date` and `Object.defineProperty` of
 * `DateTime.unsafeMake`.
 *
 * Without this module a list costs 13 to 17 % more CPU and an audit 6 to 10 % (Node 20, medians of
 * interleaved rounds).
 */
import * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"

const transformationOf = ({ ast }: Schema.Schema.Any): AST.TransformationKind | undefined =>
  AST.isTransformation(ast) ? ast.transformation : undefined

/** Identifies `Schema.DateTimeUtc` in a schema's syntax tree. */
export const asText = transformationOf(Schema.DateTimeUtc)

/** Identifies `Schema.DateTimeUtcFromNumber`. */
export const asNumber = transformationOf(Schema.DateTimeUtcFromNumber)

const sample = DateTime.unsafeMake(0)

interface Constructor {
  new (epochMillis: number): DateTime.Utc
}

function Instant(this: { epochMillis: number }, epochMillis: number) {
  this.epochMillis = epochMillis
}
Instant.prototype = Object.getPrototypeOf(sample)

// Whether `epochMillis` is the only field of a `DateTime.Utc` in the installed version of Effect.
const hasOnlyMillis = Object.keys(sample).join() === "epochMillis" && sample.epochMillis === 0

/** Makes the same value as `DateTime.unsafeMake`. */
export const ofMillis: (epochMillis: number) => DateTime.Utc = hasOnlyMillis
  ? // Any function can be called with `new`. TypeScript only allows it for classes, whose prototype cannot be set.
    (epochMillis) => new (Instant as unknown as Constructor)(epochMillis)
  : DateTime.unsafeMake
