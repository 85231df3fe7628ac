import * as Either from "effect/Either"

/** Why a body is not the array that was expected. */
export type Fault = "NotText" | "NotJson" | "Truncated"

const quote = 0x22
const comma = 0x2c
const opening = new Set([0x5b, 0x7b])
const closing = new Set([0x5d, 0x7d])
const bracket = 0x5d

/** Whether the character at `at` is escaped: an odd number of backslashes stands before it. */
const isEscaped = (text: string, at: number): boolean => {
  let before = at
  while (text.charCodeAt(before - 1) === 0x5c) before--
  return (at - before) % 2 === 1
}

const parse = (elements: string): Either.Either<ReadonlyArray<unknown>, Fault> =>
  Either.try({ try: () => JSON.parse(`[${elements}]`), catch: (): Fault => "NotJson" })

const none: Either.Either<ReadonlyArray<unknown>, Fault> = Either.right([])

/**
 * Cuts a JSON array into its elements while its bytes arrive. Kept is only the
 * element that is not complete yet, so memory does not grow with the array.
 * What is complete is parsed in one go a piece, by the engine's own parser.
 */
export const make = () => {
  const decoder = new TextDecoder("utf-8", { fatal: true })
  let state: "before" | "inside" | "after" | "broken" = "before"
  let text = ""
  let seen = 0
  let depth = 0
  let inString = false

  const decode = (bytes: Uint8Array, more: { readonly stream: boolean }) =>
    Either.try({ try: () => decoder.decode(bytes, more), catch: (): Fault => "NotText" })

  /** Looks at what has come, and gives where the last complete element ends, if one does. */
  const lastEnd = (): number => {
    let end = -1
    let at = seen
    while (at < text.length && state === "inside") {
      if (inString) {
        const close = text.indexOf('"', at)
        if (close === -1) {
          at = text.length
          break
        }
        inString = isEscaped(text, close)
        at = close + 1
        continue
      }
      const code = text.charCodeAt(at)
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
    seen = at
    return end
  }

  /** After the array nothing may come but blanks. */
  const nothingMore = (): Either.Either<void, Fault> => {
    if (state === "inside") return Either.void
    if (state === "broken" || text.trim() !== "") return Either.left("NotJson")
    text = ""
    return Either.void
  }

  const advance = (): Either.Either<ReadonlyArray<unknown>, Fault> => {
    if (state === "before") {
      text = text.trimStart()
      if (text === "") return none
      if (!text.startsWith("[")) return Either.left("NotJson")
      text = text.slice(1)
      state = "inside"
    }
    if (state === "after") return Either.flatMap(nothingMore(), () => none)
    const end = lastEnd()
    if (end === -1) return none
    const elements = parse(text.slice(0, end))
    text = text.slice(end + 1)
    seen -= end + 1
    return Either.flatMap(nothingMore(), () => elements)
  }

  return {
    /** The elements that this piece completes. */
    add: (bytes: Uint8Array): Either.Either<ReadonlyArray<unknown>, Fault> =>
      Either.flatMap(decode(bytes, { stream: true }), (piece) => {
        text += piece
        return advance()
      }),

    /** To be asked when no more bytes come: is anything missing? */
    end: (): Either.Either<void, Fault> =>
      Either.flatMap(decode(new Uint8Array(), { stream: false }), () =>
        state === "after" ? Either.void : Either.left(state === "before" ? "NotJson" : "Truncated")
      )
  }
}
