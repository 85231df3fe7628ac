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
 * JSON with every invisible character escaped, including those `JSON.stringify` leaves alone.
 *
 * @since 0.1.0
 * @category reports
 */
// Keeps the line breaks and indentation outside of strings, where an escape would be invalid.
export const json = (value: unknown): string => lines(JSON.stringify(value, null, 2))

/**
 * The same on one line.
 *
 * @since 0.1.0
 * @category reports
 */
export const jsonLine = (value: unknown): string => text(JSON.stringify(value))
