import * as Either from "effect/Either"
import { identity } from "effect/Function"

const quote = 0x22
const opening = new Set([0x5b, 0x7b])
const closing = new Set([0x5d, 0x7d])

const backslash = 0x5c

/** Counts the backslashes directly before `at`, back to `from` at most. */
const backslashes = (text: string, from: number, at: number): number => {
  let before = at
  while (before > from && text.charCodeAt(before - 1) === backslash) before--
  return at - before
}

/** Returns the index of the quote that closes the string starting at `from`, or -1. */
const endOfString = (text: string, from: number): number => {
  let close = text.indexOf('"', from)
  while (close !== -1 && backslashes(text, from, close) % 2 === 1) close = text.indexOf('"', close + 1)
  return close
}

/** Returns whether text that starts with a bracket ends before the matching bracket. */
export const isTruncated = (text: string): boolean => {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) {
      at = endOfString(text, at + 1)
      if (at === -1) return true
    } else if (opening.has(code)) depth++
    else if (closing.has(code) && --depth === 0) return false
  }
  return true
}

/** The reason why a body is not a valid array. */
export type Fault = "NotText" | "NotJson" | "Truncated" | "TooLarge"

const comma = 0x2c
const bracket = 0x5d

const parse = (elements: string): Either.Either<ReadonlyArray<unknown>, Fault> =>
  Either.try({ try: () => JSON.parse(`[${elements}]`), catch: (): Fault => "NotJson" })

const none: Either.Either<ReadonlyArray<unknown>, Fault> = Either.right([])

/**
 * Parses a JSON array while its bytes arrive. Only the incomplete element is buffered, up to
 * `limit` characters, so memory does not grow with the array. Every character is scanned once. The
 * complete elements of a chunk are passed through `redact` and parsed together by `JSON.parse`.
 */
export const make = (limit: number, redact: (json: string) => string = identity) => {
  const decoder = new TextDecoder("utf-8", { fatal: true })
  let state: "before" | "inside" | "after" | "mismatched" | "object" = "before"
  /** The parts of the incomplete element. */
  let pending: Array<string> = []
  let pendingLength = 0
  let isFirst = true
  let depth = 0
  let inString = false
  /** Whether the first character of the next chunk is escaped. */
  let escaped = false

  const decode = (bytes: Uint8Array, more: { readonly stream: boolean }) =>
    Either.try({ try: () => decoder.decode(bytes, more), catch: (): Fault => "NotText" })

  /** Scans a chunk and returns the end of the last element that it completes, or -1. */
  const lastEnd = (chunk: string): number => {
    let end = -1
    let at = 0
    while (at < chunk.length && state === "inside") {
      if (inString) {
        const found = chunk.indexOf('"', at)
        const close = found === -1 ? chunk.length : found
        const before = backslashes(chunk, at, close)
        const isEscaped = (before % 2 === 1) !== (escaped && before === close - at)
        escaped = found === -1 && isEscaped
        inString = found === -1 || isEscaped
        at = close + 1
        continue
      }
      const code = chunk.charCodeAt(at)
      if (code === quote) inString = true
      else if (opening.has(code)) depth++
      else if (code === comma && depth === 0) end = at
      else if (closing.has(code)) {
        if (depth > 0) depth--
        else {
          end = at
          state = code === bracket ? "after" : "mismatched"
        }
      }
      at++
    }
    return end
  }

  const buffer = (rest: string): Either.Either<void, Fault> => {
    pending.push(rest)
    pendingLength += rest.length
    return pendingLength > limit ? Either.left("TooLarge") : Either.void
  }

  const elementsOf = (text: string): Either.Either<ReadonlyArray<unknown>, Fault> =>
    Either.flatMap(parse(redact(text)), (elements) => {
      // Only an empty array has no element here: "[,]" and "[1,]" are invalid.
      if (elements.length === 0 && !(isFirst && state === "after")) return Either.left("NotJson")
      isFirst = false
      return Either.right(elements)
    })

  const inside = (chunk: string): Either.Either<ReadonlyArray<unknown>, Fault> => {
    const end = lastEnd(chunk)
    if (end === -1) return Either.flatMap(buffer(chunk), () => none)
    const text = pending.join("") + chunk.slice(0, end)
    pending = []
    pendingLength = 0
    return Either.flatMap(elementsOf(text), (elements) =>
      Either.map(state === "inside" ? buffer(chunk.slice(end + 1)) : after(chunk.slice(end + 1)), () => elements)
    )
  }

  /** Checks the text after the array, where only whitespace is allowed. */
  const after = (text: string): Either.Either<void, Fault> =>
    state === "mismatched" || text.trim() !== "" ? Either.left("NotJson") : Either.void

  const advance = (chunk: string): Either.Either<ReadonlyArray<unknown>, Fault> => {
    if (state === "inside") return inside(chunk)
    if (state === "object") return Either.flatMap(buffer(chunk), () => none)
    if (state !== "before") return Either.flatMap(after(chunk), () => none)
    const text = chunk.trimStart()
    if (text === "") return none
    if (text.startsWith("{")) {
      state = "object"
      return Either.flatMap(buffer(text), () => none)
    }
    if (!text.startsWith("[")) return Either.left("NotJson")
    state = "inside"
    return inside(text.slice(1))
  }

  return {
    /** Returns the elements that this chunk completes. */
    add: (bytes: Uint8Array): Either.Either<ReadonlyArray<unknown>, Fault> =>
      Either.flatMap(decode(bytes, { stream: true }), advance),

    /** Checks, after the last byte, that the array is complete. */
    end: (): Either.Either<void, Fault> =>
      Either.flatMap(decode(new Uint8Array(), { stream: false }), () =>
        state === "after"
          ? Either.void
          : Either.left(state === "before" || state === "object" ? "NotJson" : "Truncated")
      ),

    /**
     * The body, if it is an object instead of an array. Such an object usually describes an error.
     */
    object: (): string => (state === "object" ? pending.join("") : "")
  }
}
