import * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"

// What means itself in a URL, and is none of the segments that a URL parser resolves away.
const isPlain = /^[\w-]+$/

/** A parameter as one segment of the path, whatever its schema lets pass. */
const segment = (name: string, value: string): Either.Either<string, string> =>
  isPlain.test(value)
    ? Either.right(value)
    : Either.filterOrLeft(
        Either.mapLeft(Encoding.encodeUriComponent(value), () => `${name}: cannot be encoded in a URL`),
        (encoded) => !/^\.{0,2}$/.test(encoded),
        () => `${name}: would change the route`
      )

/** Fills parameters into a route. */
export const make = (route: string) => {
  // Every odd part is a parameter's name.
  const parts = route.split(/:(\w+)/)
  return (params: Readonly<Record<string, string>>): Either.Either<string, string> => {
    let path = ""
    let isName = false
    for (const part of parts) {
      const text = isName ? segment(part, params[part] ?? "") : Either.right(part)
      if (Either.isLeft(text)) return text
      path += text.right
      isName = !isName
    }
    return Either.right(path)
  }
}
