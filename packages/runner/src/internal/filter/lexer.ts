/** Splits a filter into words, quoted strings and symbols. */
import * as Either from "effect/Either"

export interface SyntaxProblem {
  /** Counts from 1. */
  readonly position: number
  readonly problem: string
}

export interface Token {
  readonly kind: "word" | "quoted" | "sign" | "end"
  readonly text: string
  readonly position: number
}

// Inside quoted text, a quote is written twice.
const token = /\s*(?:(?<quoted>"(?:[^"]|"")*"|'(?:[^']|'')*')|(?<sign><=|>=|!=|[=<>(),])|(?<word>[^\s"'()=!<>,]+))/y

const unquote = (quoted: string) => {
  const quote = quoted.charAt(0)
  return quoted.slice(1, -1).replaceAll(quote + quote, quote)
}

// Long enough for a filter that lists a thousand ids.
const maxLength = 50_000

export const tokens = (source: string): Either.Either<ReadonlyArray<Token>, SyntaxProblem> => {
  if (source.length > maxLength) {
    return Either.left({ position: maxLength + 1, problem: `the filter is longer than ${maxLength} characters` })
  }
  const all: Array<Token> = []
  const text = source.trimEnd()
  token.lastIndex = 0
  while (token.lastIndex < text.length) {
    const from = token.lastIndex
    const found = token.exec(text)
    if (found === null) {
      const at = from + (/\S/.exec(text.slice(from))?.index ?? 0)
      const character = text.charAt(at)
      const problem =
        character === '"' || character === "'" ? `unclosed quote` : `unexpected character ${JSON.stringify(character)}`
      return Either.left({ position: at + 1, problem })
    }
    const { quoted, sign, word } = found.groups ?? {}
    const raw = quoted ?? sign ?? word ?? ""
    all.push({
      kind: quoted !== undefined ? "quoted" : sign !== undefined ? "sign" : "word",
      text: quoted === undefined ? raw : unquote(quoted),
      position: token.lastIndex - raw.length + 1
    })
  }
  all.push({ kind: "end", text: "", position: text.length + 1 })
  return Either.right(all)
}
