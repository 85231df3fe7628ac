// Encodes and decodes base64 with the runtime's own functions, because `Encoding` would add a
// kilobyte to a bundle.
import * as Either from "effect/Either"

// The decoder keeps a U+FEFF at the beginning of a text.
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true })

/** Encodes the UTF-8 bytes of a text as base64. */
export const encode = (text: string): string => btoa(String.fromCharCode(...new TextEncoder().encode(text)))

/** Decodes base64 to text. Fails if it is not base64. */
export const decode = (base64: string): Either.Either<string, unknown> =>
  Either.try(() => utf8.decode(Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0))))
