/**
 * Text from people and the API, for a terminal: every character is shown, and none does more than that.
 *
 * @since 0.1.0
 */
import { escape } from "@effect-glowmarkt/core/VisibleText"

/**
 * Text whose invisible characters are spelled out: `\u001b[2J`. Without line
 * breaks, too.
 *
 * @since 0.1.0
 * @category rendering
 */
export const text: (value: string) => string = escape

/**
 * The same for text of several lines.
 *
 * @since 0.1.0
 * @category rendering
 */
export const lines = (value: string): string => value.split("\n").map(text).join("\n")

/**
 * JSON in which every invisible character is escaped, also those that `JSON.stringify` lets through.
 *
 * @since 0.1.0
 * @category rendering
 */
// Its line breaks and indentation are outside of strings, where an escape would be an error.
export const json = (value: unknown): string => lines(JSON.stringify(value, null, 2))

/**
 * The same without line breaks.
 *
 * @since 0.1.0
 * @category rendering
 */
export const jsonLine = (value: unknown): string => text(JSON.stringify(value))
