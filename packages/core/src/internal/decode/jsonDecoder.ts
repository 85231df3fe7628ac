import type * as Either from "effect/Either"
import type * as ParseResult from "effect/ParseResult"
import type * as Schema from "effect/Schema"
import { decoderOf } from "./reader.js"

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)

// The API's responses are three levels deep. Deeper JSON must not exhaust the stack.
const maxDepth = 16

const isEmpty = (field: unknown) => field === undefined || field === null || field === ""

const withoutNulls = (value: unknown, depth = 0): unknown => {
  if (!isFields(value) || depth > maxDepth) return value
  const copy: Record<string, unknown> = {}
  for (const key in value) {
    const field = value[key]
    // Assigning a field `__proto__` would set the prototype of the copy.
    if (isEmpty(field) || key === "__proto__") continue
    copy[key] = typeof field === "object" ? withoutNulls(field, depth + 1) : field
  }
  return copy
}

/**
 * Decodes the API's JSON. Fields that are `null` or empty are dropped first: the provider sends
 * them for absent values. Schemas can then declare such fields as optional.
 */
export const jsonDecoder = <A, I>(
  schema: Schema.Schema<A, I>
): ((json: unknown) => Either.Either<A, ParseResult.ParseError>) => {
  const decode = decoderOf(schema)
  return (json) => decode(withoutNulls(json))
}
