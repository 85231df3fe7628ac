import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"

// Words that servers use in error messages. Words that are also names, such as "will" or "mark",
// are excluded.
const safeWords = new Set(
  `a about accept accepted access account accounts active add added address after again agree agreement all allowed
  already an and any api app application applications are as at authentication authorisation authorization away back
  bad base basic be because been before being between blocked body both busy but by call called calls can cannot
  change changed character characters check closed code conditions conflict connect connection contact contain
  contains content could create created credential credentials current data database date days declined delete
  deleted denied details device did different digits directory disabled do does down duplicate during each either
  element elements email empty enabled end ended entity error errors exceeded exist existing exists expected expired
  expires expiry failed failure field fields find first for forbidden format found from full gateway get given had
  has have header headers here hour hours id ids if in inactive incorrect info information input internal invalid is
  it its json key keys last later least length less letters limit limited limits link list locked logged login long
  longer maintenance malformed many match matches max maximum me message method min minimum minute minutes missing
  mobile moment more must my name need needed needs new newer no none nor not nothing now null number object occur occurred occurs of off
  offline old on once one only operation or organisation organization other out over owner parameter parameters part
  password passwords path permission permissions please post problem process processed provide provided put query
  quota rate reached read reason received refused rejected remove removed repeat request requested requests require
  required requires reset resource resources response retry revoked route same second seconds secret security see
  send sent server service session short should sign signed site some something start started status still stopped
  such support supported suspended system take taken temporarily terms than that the their them then there these they
  this those time timed timeout to today token tokens too try twice two type unable unauthorised unauthorized
  unavailable unexpected unique unknown unsupported until update updated upgrade upstream url us use used user
  username users using valid validation value values verification verified verify version very wait was way we weak
  web website were what when where which while who why with without works write wrong yet you your`.split(/\s+/)
)

// Splits compound words: "e-mail", "applicationId", "key/secret".
const boundaries = /[-/_'’]|(?<=[a-z])(?=[A-Z])/

/**
 * Returns whether every part of a word is a safe word or a short number, and none is in
 * `sentWords`.
 */
export const isSafe = (word: string, sentWords: ReadonlySet<string>): boolean =>
  word
    .split(boundaries)
    .map((part) => part.toLowerCase())
    .every((part) => !sentWords.has(part) && (safeWords.has(part) || /^(?:\d{1,3}|e|mail)$/.test(part)))

/** Returns the words of all values the request contained, in lower case. */
export const wordsOf = (values: ReadonlyArray<string>): ReadonlySet<string> =>
  new Set(values.flatMap((value) => value.toLowerCase().split(/[^\p{L}\p{N}]+/u)).filter((word) => word !== ""))

const maxExcerpt = 200
// The number of characters to read for an excerpt. It is more than the excerpt's length, because
// redaction shortens text.
const maxText = 2 * maxExcerpt

// Bodies longer than this are not parsed. The provider's error bodies are far shorter.
const maxBody = 65_536

export const parseJson = (body: string): Either.Either<unknown, unknown> => Either.try((): unknown => JSON.parse(body))

/**
 * Returns the error texts of a body. Documented or observed bodies are `{"error": text}`,
 * `{"error": {"message": text}}`, `{"message": text}`, and `error` with `description` or
 * `missingElements`.
 */
export const textsOf = (json: unknown): ReadonlyArray<string> => {
  if (Predicate.isString(json)) return [json]
  if (!Predicate.isRecord(json)) return []
  return [json["error"], json["message"], json["description"]]
    .map((field) => (Predicate.isRecord(field) ? field["message"] : field))
    .filter(Predicate.isString)
}

const size = (length: number) =>
  length < 1000 ? `${length} characters` : `${Math.round(length / 1000)} thousand characters`

// Matches a word with its punctuation.
const wordAndMarks = /^([("'“‘[-]*)([\p{L}\p{N}][\p{L}\p{N}'’/_-]*)([)"'”’\].,;:!?]*)$/u

/** Replaces every unsafe word with "…". */
const redactText = (text: string, sentWords: ReadonlySet<string>): string =>
  text
    .slice(0, maxText)
    .split(/\s+/)
    .map((chunk) => {
      const [, before = "", word = "", after = ""] = wordAndMarks.exec(chunk) ?? []
      return word !== "" && isSafe(word, sentWords) ? before + word + after : "…"
    })
    .join(" ")
    .replace(/…(?: …)+/g, "…")

const shorten = (text: string) =>
  text.length > maxExcerpt ? `${text.slice(0, maxExcerpt).replace(/\S*$/, "")}…` : text

/**
 * Returns the excerpt of a body that an error quotes: the provider's error text in one line of at
 * most 200 characters. It contains only safe words that the request did not contain, so it cannot
 * leak a secret, a name or an address. A body without error text is described by its type and size.
 */
export const redactBody = (body: string, sent: ReadonlyArray<string>): string => {
  const isMarkup = /^\s*</.test(body)
  if (body.length > maxBody) return `${isMarkup ? "HTML" : "long"}, ${size(body.length)}`
  if (body.trim() === "") return ""
  const json = parseJson(body)
  if (Either.isLeft(json)) return `${isMarkup ? "HTML" : "not JSON"}, ${size(body.length)}`
  const texts = [...new Set(textsOf(json.right).map((text) => text.trim()))].filter((text) => text !== "")
  if (texts.length === 0) return ""
  const sentWords = wordsOf(sent)
  const redacted = texts.map((text) => redactText(text, sentWords)).filter((text) => /[\p{L}\p{N}]/u.test(text))
  // The text has no safe word at all: it is in another language, or contains only values.
  return redacted.length === 0 ? `withheld, ${size(texts.join("; ").length)}` : shorten(redacted.join("; "))
}
