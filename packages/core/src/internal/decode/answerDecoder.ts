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
 * An answer without the fields that are `null` or empty: the provider sends
 * these where it has nothing, and says nothing else by it. Schemas need not know
 * of it then, and decode in half the time. What has none is not copied.
 */
const withoutNulls = (value: unknown, depth = 0): unknown => {
  if (!isFields(value) || depth > deepest) return value
  let copy: Record<string, unknown> | undefined
  for (const key in value) {
    const field = value[key]
    if (isNothing(field)) {
      copy ??= { ...value }
      delete copy[key]
    } else if (typeof field === "object") {
      const clean = withoutNulls(field, depth + 1)
      if (clean !== field) {
        copy ??= { ...value }
        copy[key] = clean
      }
    }
  }
  return copy ?? value
}

/** Decodes answers of the API by their schema, with nothing for what is `null` or empty. */
export const answerDecoder = <A, I>(
  schema: Schema.Schema<A, I>
): ((answer: unknown) => Either.Either<A, ParseResult.ParseError>) =>
  decoderOf(schema, { isAbsent: isNothing, prepare: withoutNulls })
