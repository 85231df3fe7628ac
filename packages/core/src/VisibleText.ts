/**
 * Finds and escapes invisible characters.
 *
 * @since 0.1.0
 */

// Control and format characters, line separators, lone surrogates, and characters that fonts may
// not render.
const hidden = String.raw`\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}`

// U+200C, U+200D and variation selectors are part of emoji and many scripts, but not of Latin,
// Greek or Cyrillic text.
const joiner = String.raw`(?<![\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])(?<=[\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f])[\u200c\u200d\ufe00-\ufe0f]`

const invisible = new RegExp(`${joiner}|([${hidden}])`, "gu")

// Matches, in addition, other spaces that look like U+0020.
const notInIdentifiers = new RegExp(String.raw`[${hidden}]|[^\S ]`, "u")

// U+FFFD replaces bytes that a decoder could not read. A lone surrogate remains where a text was
// cut.
const damaged = /[\ufffd\p{Cs}]/u

const units = (character: string) =>
  Array.from(
    { length: character.length },
    (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`
  ).join("")

/**
 * Escapes every invisible character (`\u200b`). Zero-width joiners stay where they are part of an
 * emoji or of a script that uses them.
 *
 * @example
 * ```ts
 * import { VisibleText } from "@effect-glowmarkt/core"
 *
 * console.log(VisibleText.escape("scot\u200bty")) // scot\u200bty, spelled out
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const escape = (text: string): string =>
  text.replace(invisible, (whole, character: string | undefined) =>
    character === undefined ? whole : units(character)
  )

const maxQuoted = 200

/**
 * Quotes text for a message: escapes it as {@link escape} does, and cuts it after 200 characters.
 *
 * @example
 * ```ts
 * import { VisibleText } from "@effect-glowmarkt/core"
 *
 * VisibleText.quote("Flat\u200b3") // the invisible character is escaped
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const quote = (text: string): string =>
  escape(JSON.stringify(text.length <= maxQuoted ? text : `${text.slice(0, maxQuoted)}…`))

const codePoint = (character: string) =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`

/**
 * Describes a character that was lost in an earlier conversion of the text. Returns `undefined` if
 * there is none.
 *
 * @example
 * ```ts
 * import { VisibleText } from "@effect-glowmarkt/core"
 *
 * const problem = VisibleText.conversionProblem("Caf\ufffd") // a decoder did not know the "é"
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const conversionProblem = (text: string): string | undefined =>
  damaged.test(text) ? "has a character that was lost in conversion (U+FFFD)" : undefined

/**
 * Describes the first character that an id, user name or address must not contain, because two
 * different ones would look the same. Returns `undefined` if there is none.
 *
 * @example
 * ```ts
 * import { VisibleText } from "@effect-glowmarkt/core"
 *
 * const problem = VisibleText.identifierProblem("ffe4f42e\u200b") // why this is not an identifier
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const identifierProblem = (text: string): string | undefined => {
  const character = notInIdentifiers.exec(text)?.[0]
  return character === undefined ? conversionProblem(text) : `has the invisible character ${codePoint(character)}`
}

// Spreadsheet errors (#REF!, #N/A, #WERT!, #NAME?) and what databases export for a missing value.
const placeholder = /^(#\p{Lu}[\p{Lu}\d/]*[!?]|#N\/A|#NV|#DIV\/0!|\\N|NULL|undefined|NaN)$/u

/**
 * Describes a placeholder that spreadsheets and databases write for a missing value, such as
 * `#REF!` or `NULL`. Returns `undefined` if the text is not a placeholder.
 *
 * @example
 * ```ts
 * import { VisibleText } from "@effect-glowmarkt/core"
 *
 * const problem = VisibleText.placeholderProblem("#N/A")
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const placeholderProblem = (text: string): string | undefined =>
  placeholder.test(text.trim())
    ? "is a placeholder that a spreadsheet or database writes for a missing value"
    : undefined
