import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"

// Matches text that needs no encoding and is not `.` or `..`, which URL parsers resolve.
const isPlain = /^[\w-]+$/

/** Encodes a parameter as one segment of the path, however permissive its schema is. */
const segment = (name: string, value: string): Either.Either<string, string> =>
  isPlain.test(value)
    ? Either.right(value)
    : Either.filterOrLeft(
        Either.try({ try: () => encodeURIComponent(value), catch: () => `${name}: cannot be encoded in a URL` }),
        (encoded) => !/^\.{0,2}$/.test(encoded),
        () => `${name}: would change the route`
      )

/** Returns a parameter as text. */
export const stringOf = (params: unknown, name: string): string | undefined =>
  Predicate.hasProperty(params, name) ? String(params[name]) : undefined

/** Makes a function that fills parameters into a route. */
export const make = (route: string) => {
  // In the split route, literal parts and parameter names alternate.
  const parts = route.split(/:(\w+)/)
  return (params: unknown): Either.Either<string, string> => {
    let path = ""
    let isName = false
    for (const part of parts) {
      const text = isName ? segment(part, stringOf(params, part) ?? "") : Either.right(part)
      if (Either.isLeft(text)) return text
      path += text.right
      isName = !isName
    }
    return Either.right(path)
  }
}
