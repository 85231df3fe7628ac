/**
 * Characters that a reader cannot see: how to show them, and where they are refused.
 *
 * @since 0.1.0
 */

// Controls, format characters, line separators, halves of surrogate pairs, and everything a font may leave out.
const hidden = String.raw`\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}`

// U+200C, U+200D and the variation selectors shape emoji and many scripts. They shape nothing after a letter of these.
const joiner = String.raw`(?<![\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])(?<=[\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f])[\u200c\u200d\ufe00-\ufe0f]`

const unseen = new RegExp(`${joiner}|([${hidden}])`, "gu")

// A no-break space passes for a space, and is another character.
const foreign = new RegExp(String.raw`[${hidden}]|[^\S ]`, "u")

// U+FFFD stands where a decoder gave up, and half of a surrogate pair where a text was cut.
const damaged = /[\ufffd\p{Cs}]/u

const units = (character: string) =>
  Array.from(
    { length: character.length },
    (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`
  ).join("")

/**
 * The text with an escape (`\u200b`) for every character that cannot be seen. A zero-width joiner stays where it
 * shapes the characters around it, as in emoji and in many scripts.
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
  text.replace(unseen, (whole, character: string | undefined) => (character === undefined ? whole : units(character)))

const mostShown = 200

/**
 * The text in quotes, escaped as by {@link escape}, for messages. Of a long one only the beginning.
 *
 * @since 0.1.0
 * @category combinators
 */
export const quote = (text: string): string =>
  escape(JSON.stringify(text.length <= mostShown ? text : `${text.slice(0, mostShown)}…`))

const codePoint = (character: string) =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`

/**
 * Says that a text lost a character before it came here, so it is not the original text. `undefined` if not.
 *
 * @since 0.1.0
 * @category combinators
 */
export const damage = (text: string): string | undefined =>
  damaged.test(text) ? "has a character that was lost in conversion (U+FFFD)" : undefined

/**
 * Says which character an identifier, a user name or an address cannot have: one that cannot be seen, so that two
 * different ones would look the same. `undefined` if there is none.
 *
 * @since 0.1.0
 * @category combinators
 */
export const identifierProblem = (text: string): string | undefined => {
  const character = foreign.exec(text)?.[0]
  return character === undefined ? damage(text) : `has the invisible character ${codePoint(character)}`
}

// What spreadsheets write in place of a value: #REF!, #N/A, #WERT!, #NAME?, and what databases export for none.
const placeholder = /^(#\p{Lu}[\p{Lu}\d/]*[!?]|#N\/A|#NV|#DIV\/0!|\\N|NULL|undefined|NaN)$/u

/**
 * Says that a text is what spreadsheets and databases write where there is no value, such as `#REF!` or `NULL`.
 * `undefined` if it is not.
 *
 * @since 0.1.0
 * @category combinators
 */
export const placeholderProblem = (text: string): string | undefined =>
  placeholder.test(text.trim())
    ? "is a placeholder that a spreadsheet or database writes for a missing value"
    : undefined
