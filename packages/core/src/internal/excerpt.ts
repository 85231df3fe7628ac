import * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"
import * as Predicate from "effect/Predicate"

const email = /[^\s"'<>,;:@]+(?:@|%40)[^\s"'<>,;:@]+/gi

// What follows the name of something private, should a body be quoted inside the provider's words.
const named = /((?:password|token|secret|key|name|email)["'\\]*\s*[:=]\s*["'\\]*)[^"'\\,&;}\s]+/gi

// Tokens, keys and their base64: long unbroken runs. UUIDs, whose runs are shorter, stay readable.
const opaque = /[A-Za-z0-9+/_=]{16,}(?:[.-][A-Za-z0-9+/_=-]+)*/g

const markup = /<[^>]*>?/g

const limit = 200

/** A value as something that quotes it may write it. */
const spellings = (value: string): ReadonlyArray<string> => {
  const json = JSON.stringify(value).slice(1, -1)
  return [
    value,
    json,
    JSON.stringify(json).slice(1, -1),
    Either.getOrElse(Encoding.encodeUriComponent(value), () => value),
    Encoding.encodeBase64(value),
    Encoding.encodeBase64Url(value)
  ]
}

/** Takes out what the request carried, however it is spelt; the longest first, so that no part of a value hides the rest. */
const withoutSent = (text: string, sent: ReadonlyArray<string>): string =>
  [...new Set(sent.filter((value) => value !== "").flatMap(spellings))]
    .sort((a, b) => b.length - a.length)
    .reduce((rest, value) => rest.replaceAll(value, "…"), text)

/** The fields in which the provider says what is wrong; whatever else a body holds may be anybody's. */
const words = (json: unknown): string => {
  if (Predicate.isString(json)) return json
  if (!Predicate.isRecord(json)) return ""
  return [json["error"], json["message"], json["description"]]
    .map((field) => (Predicate.isRecord(field) ? field["message"] : field))
    .filter(Predicate.isString)
    .filter((text, index, all) => all.indexOf(text) === index)
    .join("; ")
}

const size = (length: number) =>
  length < 1000 ? `${length} characters` : `${Math.round(length / 1000)} thousand characters`

/**
 * What an error may show of a body: the provider's own words of what is wrong,
 * one line, at most 200 characters, without anything that looks like a secret
 * or an address, and without what the request itself carried. Of a body that is
 * not the provider's JSON, only what it is.
 */
export const excerpt = (body: string, sent: ReadonlyArray<string>): string => {
  if (body.trim() === "") return ""
  const json = Either.try((): unknown => JSON.parse(body))
  if (Either.isLeft(json)) return `${/^\s*</.test(body) ? "HTML" : "no JSON"}, ${size(body.length)}`
  const text = withoutSent(words(json.right), sent)
    .replace(markup, " ")
    .replace(named, "$1…")
    .replace(email, "…")
    .replace(opaque, "…")
    .replace(/[\s\p{Cc}\p{Cf}]+/gu, " ")
    .trim()
  return text.length > limit ? `${text.slice(0, limit).replace(/\S*$/, "")}…` : text
}
