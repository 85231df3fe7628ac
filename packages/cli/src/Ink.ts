/**
 * Colour, where it is understood and wanted. It only ever repeats what the words say.
 *
 * @since 0.1.0
 */
import { styleText } from "node:util"
import type { Sink } from "./Output.js"

/**
 * What a text means: all well, worth a look, wrong, less important, or a heading.
 *
 * @since 0.1.0
 * @category models
 */
export type Tone = "plain" | "good" | "warn" | "bad" | "faint" | "strong"

const styles = { good: "green", warn: "yellow", bad: "red", faint: "dim", strong: "bold" } as const

// Colour and weight only: what moves the cursor is no emphasis.
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is how they begin
const marks = /\u001b\[[0-9;]*m/g

/**
 * What somebody else has painted, without its colours where they are not wanted.
 *
 * @since 0.1.0
 * @category rendering
 */
export const wash = (text: string, colour: Sink["colour"]): string =>
  colour === "plain" ? text.replace(marks, "") : text

/**
 * @since 0.1.0
 * @category rendering
 */
export const paint = (tone: Tone, text: string, colour: Sink["colour"]): string =>
  // Whether this stream takes colour is known already, and not to be asked of the process's own.
  tone === "plain" || colour === "plain" || text === ""
    ? text
    : styleText(styles[tone], text, { validateStream: false })
