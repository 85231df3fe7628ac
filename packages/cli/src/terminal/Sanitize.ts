/**
 * Makes text from people and the API safe for a terminal, by escaping control characters.
 *
 * @since 0.1.0
 */
import { escape } from "@effect-glowmarkt/core/VisibleText"

/**
 * Escapes every invisible character, including line breaks, as in `\u001b[2J`.
 *
 * @since 0.1.0
 * @category reports
 */
export const text: (value: string) => string = escape

/**
 * Escapes every invisible character except line breaks.
 *
 * @since 0.1.0
 * @category reports
 */
export const lines = (value: string): string => value.split("\n").map(text).join("\n")

/**
 * Formats a value as indented JSON and escapes every invisible character, including those that
 * `JSON.stringify` does not escape.
 *
 * @since 0.1.0
 * @category reports
 */
// Keeps the line breaks of the indentation: they are outside of strings, where an escape would be
// invalid.
export const json = (value: unknown): string => lines(JSON.stringify(value, null, 2))

/**
 * Formats a value as JSON on one line, with the same escapes as {@link json}.
 *
 * @since 0.1.0
 * @category reports
 */
export const jsonLine = (value: unknown): string => text(JSON.stringify(value))
