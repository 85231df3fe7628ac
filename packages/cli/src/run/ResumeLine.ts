/**
 * The line that goes on with a run, to be pasted into a shell as it is.
 *
 * @since 0.1.0
 */
import * as Option from "effect/Option"

const plain = /^[A-Za-z0-9_./:,=@%+-]+$/

/**
 * A word as a shell reads it.
 *
 * @since 0.1.0
 * @category rendering
 */
export const quoted = (word: string): string => (plain.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)

/**
 * What was said on the command line: a value or some, a mark, or nothing.
 *
 * @since 0.1.0
 * @category models
 */
export type Said = Option.Option<string | number | ReadonlyArray<string>> | boolean

const option = ([name, value]: readonly [string, Said]): ReadonlyArray<string> => {
  if (typeof value === "boolean") return value ? [`--${name}`] : []
  return Option.match(value, {
    onNone: () => [],
    onSome: (value) => [`--${name}`, quoted(typeof value === "object" ? value.join(",") : String(value))]
  })
}

// Started by npm, `glowmarkt` is not on the path of the shell that the line will be pasted into.
const program = (process.env["npm_command"] ?? "") === "" ? "glowmarkt" : "npx glowmarkt"

/**
 * `words` are the command with its arguments.
 *
 * @since 0.1.0
 * @category rendering
 */
export const make = (words: ReadonlyArray<string>, options: Readonly<Record<string, Said>>): string =>
  [program, ...words.map(quoted), ...Object.entries(options).flatMap(option)].join(" ")
