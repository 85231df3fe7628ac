import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import { isKnown, wordsOf } from "./safeWords.js"

// What the provider says is a line or two. The rest of a long text is not looked at.
const limit = 200
const looked = 2 * limit

/** Longer than any error of the provider's: not worth reading. */
const longest = 65_536

/** Where the provider's own words are in a body. */
const words = (json: unknown): ReadonlyArray<string> => {
  if (Predicate.isString(json)) return [json]
  if (!Predicate.isRecord(json)) return []
  return [json["error"], json["message"], json["description"]]
    .map((field) => (Predicate.isRecord(field) ? field["message"] : field))
    .filter(Predicate.isString)
}

const size = (length: number) =>
  length < 1000 ? `${length} characters` : `${Math.round(length / 1000)} thousand characters`

// A word between the marks that may stand around it.
const wordAndMarks = /^([("'“‘[-]*)([\p{L}\p{N}][\p{L}\p{N}'’/_-]*)([)"'”’\].,;:!?]*)$/u

/** The text, with a mark in place of whatever is not a word that servers use. */
const knownWords = (text: string, sent: ReadonlySet<string>): string =>
  text
    .slice(0, looked)
    .split(/\s+/)
    .map((chunk) => {
      const [, before = "", word = "", after = ""] = wordAndMarks.exec(chunk) ?? []
      return word !== "" && isKnown(word, sent) ? before + word + after : "…"
    })
    .join(" ")
    .replace(/…(?: …)+/g, "…")

const shortened = (text: string) => (text.length > limit ? `${text.slice(0, limit).replace(/\S*$/, "")}…` : text)

/**
 * What an error may show of a body: what the provider says is wrong, in one line
 * of at most 200 characters. Only words that are known to be such as servers use
 * are quoted, and of these none that the request carried: a secret, a name or an
 * address is not among them. Of a body in which the provider says nothing, only what it is.
 */
export const redactBody = (body: string, sent: ReadonlyArray<string>): string => {
  const isMarkup = /^\s*</.test(body)
  if (body.length > longest) return `${isMarkup ? "HTML" : "long"}, ${size(body.length)}`
  if (body.trim() === "") return ""
  const json = Either.try((): unknown => JSON.parse(body))
  if (Either.isLeft(json)) return `${isMarkup ? "HTML" : "not JSON"}, ${size(body.length)}`
  const said = [...new Set(words(json.right).map((text) => text.trim()))].filter((text) => text !== "")
  if (said.length === 0) return ""
  const carried = wordsOf(sent)
  const known = said.map((text) => knownWords(text, carried)).filter((text) => /[\p{L}\p{N}]/u.test(text))
  // Another language, or nothing but values.
  return known.length === 0 ? `withheld, ${size(said.join("; ").length)}` : shortened(known.join("; "))
}
