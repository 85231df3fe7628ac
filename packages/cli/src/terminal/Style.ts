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

/**
 * @since 0.1.0
 * @category rendering
 */
export const paint = (tone: Tone, text: string, colour: Sink["colour"]): string =>
  // Whether this stream takes colour is known already, and not to be asked of the process's own.
  tone === "plain" || colour === "plain" || text === ""
    ? text
    : styleText(styles[tone], text, { validateStream: false })
