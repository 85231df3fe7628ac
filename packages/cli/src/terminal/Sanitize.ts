/**
 * Names come from people and the API: in a terminal they must not be able to do
 * more than be read.
 *
 * @since 0.1.0
 */

// C0, DEL, C1 (terminals obey these), line separators, and what turns the direction of the rest of the line.
const active = /[\p{Cc}\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu

const hex = (character: string) => character.charCodeAt(0).toString(16).padStart(4, "0")

/**
 * Text whose control characters are spelled out: `\u001b[2J`. Without line
 * breaks, too.
 *
 * @since 0.1.0
 * @category rendering
 */
export const text = (value: string): string => value.replace(active, (character) => `\\u${hex(character)}`)

/**
 * The same for text of several lines.
 *
 * @since 0.1.0
 * @category rendering
 */
export const lines = (value: string): string => value.split("\n").map(text).join("\n")

const escaped = (json: string) =>
  // The line breaks and indentation are outside of strings, where an escape would be an error.
  json.replace(active, (character) => (character === "\n" ? character : `\\u${hex(character)}`))

/**
 * JSON in which every control character is escaped, also those that
 * `JSON.stringify` lets through.
 *
 * @since 0.1.0
 * @category rendering
 */
export const json = (value: unknown): string => escaped(JSON.stringify(value, null, 2))

/**
 * The same without line breaks.
 *
 * @since 0.1.0
 * @category rendering
 */
export const jsonLine = (value: unknown): string => escaped(JSON.stringify(value))
