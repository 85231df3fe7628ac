import * as Either from "effect/Either"
import { identity } from "effect/Function"
import { backslashes, closing, opening, quote } from "./jsonText.js"

/** Why a body is not the array that was expected. */
export type Fault = "NotText" | "NotJson" | "Truncated" | "TooLarge"

const comma = 0x2c
const bracket = 0x5d

const parse = (elements: string): Either.Either<ReadonlyArray<unknown>, Fault> =>
  Either.try({ try: () => JSON.parse(`[${elements}]`), catch: (): Fault => "NotJson" })

const none: Either.Either<ReadonlyArray<unknown>, Fault> = Either.right([])

/**
 * Cuts a JSON array into its elements while its bytes arrive. Kept is only the
 * element that is not complete yet, of at most `limit` characters, so memory does
 * not grow with the array. Each character is looked at once; what is complete is
 * parsed in one go a piece, by the engine's own parser, as `redact` leaves it.
 */
export const make = (limit: number, redact: (json: string) => string = identity) => {
  const decoder = new TextDecoder("utf-8", { fatal: true })
  let state: "before" | "inside" | "after" | "broken" | "object" = "before"
  /** Of the element that is not complete yet. */
  let begun: Array<string> = []
  let begunLength = 0
  let isFirst = true
  let depth = 0
  let inString = false
  /** Whether the first character of the next piece is escaped. */
  let escaped = false

  const decode = (bytes: Uint8Array, more: { readonly stream: boolean }) =>
    Either.try({ try: () => decoder.decode(bytes, more), catch: (): Fault => "NotText" })

  /** Looks at a piece, and gives where its last complete element ends, if one does. */
  const lastEnd = (piece: string): number => {
    let end = -1
    let at = 0
    while (at < piece.length && state === "inside") {
      if (inString) {
        const found = piece.indexOf('"', at)
        const close = found === -1 ? piece.length : found
        const before = backslashes(piece, at, close)
        const isEscaped = (before % 2 === 1) !== (escaped && before === close - at)
        escaped = found === -1 && isEscaped
        inString = found === -1 || isEscaped
        at = close + 1
        continue
      }
      const code = piece.charCodeAt(at)
      if (code === quote) inString = true
      else if (opening.has(code)) depth++
      else if (code === comma && depth === 0) end = at
      else if (closing.has(code)) {
        if (depth > 0) depth--
        else {
          end = at
          state = code === bracket ? "after" : "broken"
        }
      }
      at++
    }
    return end
  }

  const keep = (rest: string): Either.Either<void, Fault> => {
    begun.push(rest)
    begunLength += rest.length
    return begunLength > limit ? Either.left("TooLarge") : Either.void
  }

  const elementsOf = (text: string): Either.Either<ReadonlyArray<unknown>, Fault> =>
    Either.flatMap(parse(redact(text)), (elements) => {
      // Between two commas, or a comma and a bracket, there must be something; between two brackets there need not.
      if (elements.length === 0 && !(isFirst && state === "after")) return Either.left("NotJson")
      isFirst = false
      return Either.right(elements)
    })

  const inside = (piece: string): Either.Either<ReadonlyArray<unknown>, Fault> => {
    const end = lastEnd(piece)
    if (end === -1) return Either.flatMap(keep(piece), () => none)
    const text = begun.join("") + piece.slice(0, end)
    begun = []
    begunLength = 0
    return Either.flatMap(elementsOf(text), (elements) =>
      Either.map(state === "inside" ? keep(piece.slice(end + 1)) : after(piece.slice(end + 1)), () => elements)
    )
  }

  /** After the array nothing may come but blanks. */
  const after = (text: string): Either.Either<void, Fault> =>
    state === "broken" || text.trim() !== "" ? Either.left("NotJson") : Either.void

  const advance = (piece: string): Either.Either<ReadonlyArray<unknown>, Fault> => {
    if (state === "inside") return inside(piece)
    if (state === "object") return Either.flatMap(keep(piece), () => none)
    if (state !== "before") return Either.flatMap(after(piece), () => none)
    const text = piece.trimStart()
    if (text === "") return none
    if (text.startsWith("{")) {
      state = "object"
      return Either.flatMap(keep(text), () => none)
    }
    if (!text.startsWith("[")) return Either.left("NotJson")
    state = "inside"
    return inside(text.slice(1))
  }

  return {
    /** The elements that this piece completes. */
    add: (bytes: Uint8Array): Either.Either<ReadonlyArray<unknown>, Fault> =>
      Either.flatMap(decode(bytes, { stream: true }), advance),

    /** To be asked when no more bytes come: is anything missing? */
    end: (): Either.Either<void, Fault> =>
      Either.flatMap(decode(new Uint8Array(), { stream: false }), () =>
        state === "after"
          ? Either.void
          : Either.left(state === "before" || state === "object" ? "NotJson" : "Truncated")
      ),

    /** The body, if it is an object: an error, most likely. */
    object: (): string => (state === "object" ? begun.join("") : "")
  }
}
