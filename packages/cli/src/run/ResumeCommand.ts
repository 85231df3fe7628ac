/**
 * The command that resumes a run, ready to paste into a shell.
 *
 * @since 0.1.0
 */
import * as Option from "effect/Option"

const plain = /^[A-Za-z0-9_./:,=@%+-]+$/

/**
 * A word quoted for a shell where needed.
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

// Under npx, `glowmarkt` is not on the path of the person's shell.
const program = (process.env["npm_command"] ?? "") === "" ? "glowmarkt" : "npx glowmarkt"

/**
 * `words` are the command with its arguments.
 *
 * @since 0.1.0
 * @category reports
 */
export const make = (words: ReadonlyArray<string>, options: Readonly<Record<string, OptionValue>>): string =>
  [program, ...words.map(shellQuote), ...Object.entries(options).flatMap(option)].join(" ")
