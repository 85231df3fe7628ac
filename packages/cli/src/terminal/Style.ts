/**
 * Colours text. Colour only emphasises what the words already say.
 *
 * @since 0.1.0
 */
import { styleText } from "node:util"
import type { Sink } from "./Output.js"

/**
 * What a piece of text means: good, a warning, bad, less important, or a heading.
 *
 * @since 0.1.0
 * @category models
 */
export type Tone = "plain" | "good" | "warn" | "bad" | "faint" | "strong"

const styles = { good: "green", warn: "yellow", bad: "red", faint: "dim", strong: "bold" } as const

/**
 * @since 0.1.0
 * @category reports
 */
export const paint = (tone: Tone, text: string, colour: Sink["colour"]): string =>
  // Without this option, Node would check the process's own stdout, but `colour` is already decided
  // for each stream.
  tone === "plain" || colour === "plain" || text === ""
    ? text
    : styleText(styles[tone], text, { validateStream: false })
