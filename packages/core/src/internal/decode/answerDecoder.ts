import type * as Either from "effect/Either"
import type * as ParseResult from "effect/ParseResult"
import type * as Schema from "effect/Schema"
import { decoderOf } from "./reader.js"

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)

// The API's answers are three deep. What is much deeper is not an answer, and must not exhaust the stack.
const deepest = 16

const isNothing = (field: unknown) => field === undefined || field === null || field === ""

/**
 * An answer without the fields that are `null` or empty: the provider sends these where it has nothing,
 * and says nothing else by it. Schemas need not know of it then.
 */
const withoutNulls = (value: unknown, depth = 0): unknown => {
  if (!isFields(value) || depth > deepest) return value
  const copy: Record<string, unknown> = {}
  for (const key in value) {
    const field = value[key]
    // A field `__proto__` of the server's JSON would become the prototype of the copy.
    if (isNothing(field) || key === "__proto__") continue
    copy[key] = typeof field === "object" ? withoutNulls(field, depth + 1) : field
  }
  return copy
}

/** Decodes answers of the API by their schema, with nothing for what is `null` or empty. */
export const answerDecoder = <A, I>(
  schema: Schema.Schema<A, I>
): ((answer: unknown) => Either.Either<A, ParseResult.ParseError>) => {
  const decode = decoderOf(schema)
  return (answer) => decode(withoutNulls(answer))
}
