/**
 * Formats commands, such as the one that resumes a run, so that they can be pasted into a shell.
 *
 * @since 0.1.0
 */
import * as Option from "effect/Option"

const plain = /^[A-Za-z0-9_./:,=@%+-]+$/

/**
 * Quotes a word for a shell if necessary.
 *
 * @since 0.1.0
 * @category reports
 */
export const shellQuote = (word: string): string => (plain.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)

/**
 * The value of an option: one or several values, a flag, or none.
 *
 * @since 0.1.0
 * @category models
 */
export type OptionValue = Option.Option<string | number | ReadonlyArray<string>> | boolean

const option = ([name, value]: readonly [string, OptionValue]): ReadonlyArray<string> => {
  if (typeof value === "boolean") return value ? [`--${name}`] : []
  return Option.match(value, {
    onNone: () => [],
    onSome: (value) => [`--${name}`, shellQuote(typeof value === "object" ? value.join(",") : String(value))]
  })
}

// If `glowmarkt` was started by npx, it is not on the path of the person's shell.
const program = (process.env["npm_command"] ?? "") === "" ? "glowmarkt" : "npx glowmarkt"

/**
 * Formats a command. `words` are its name and arguments.
 *
 * @since 0.1.0
 * @category reports
 */
export const make = (words: ReadonlyArray<string>, options: Readonly<Record<string, OptionValue>>): string =>
  [program, ...words.map(shellQuote), ...Object.entries(options).flatMap(option)].join(" ")
