/**
 * Options shared by several commands, and parsers for option values. An invalid value is reported
 * in one line that says what was expected.
 *
 * @since 0.1.0
 */
import * as Args from "@effect/cli/Args"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Options from "@effect/cli/Options"
import * as ValidationError from "@effect/cli/ValidationError"
import { quote } from "@effect-glowmarkt/core/VisibleText"
import * as AccountFilter from "@effect-glowmarkt/runner/AccountFilter"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as StandardInput from "./StandardInput.js"

/**
 * How results are printed: as text for people, or as JSON.
 *
 * @since 0.1.0
 * @category models
 */
export type Form = "human" | "json"

/**
 * @since 0.1.0
 * @category constants
 */
export const form = Options.boolean("json").pipe(
  Options.map((json): Form => (json ? "json" : "human")),
  Options.withDescription("Prints JSON to standard output.")
)

/**
 * @since 0.1.0
 * @category constants
 */
export const consent = Options.boolean("yes").pipe(
  Options.withAlias("y"),
  Options.map((yes) => (yes ? "given" : "ask")),
  Options.withDescription("Skips the confirmation. Required without a terminal.")
)

/**
 * Returns the error for an invalid value; `message` says what was expected.
 *
 * @since 0.1.0
 * @category constructors
 */
export const invalid = (message: string): ValidationError.ValidationError =>
  ValidationError.invalidValue(HelpDoc.p(message))

/**
 * Makes an option whose value is a file or directory name.
 *
 * @since 0.1.0
 * @category constructors
 */
export const path = (name: string, what: "FILE" | "DIR"): Options.Options<string> =>
  Options.text(name).pipe(
    Options.withPseudoName(what),
    Options.mapEffect((text) => {
      const expected = `--${name} takes the name of a ${what === "FILE" ? "file" : "directory"}`
      if (text === StandardInput.placeholder) return Effect.fail(invalid(`${expected}, not -.`))
      return text.trim() === "" ? Effect.fail(invalid(`${expected}; it is empty.`)) : Effect.succeed(text)
    })
  )

/**
 * Makes an option whose value is a whole number.
 *
 * @since 0.1.0
 * @category constructors
 */
export const wholeNumber = (
  name: string,
  { max, min }: { readonly min: number; readonly max: number }
): Options.Options<number> =>
  Options.text(name).pipe(
    Options.withPseudoName("N"),
    Options.mapEffect((text) => {
      const value = Number(text)
      return /^\d+$/.test(text) && value >= min && value <= max
        ? Effect.succeed(value)
        : Effect.fail(invalid(`--${name} takes a whole number from ${min} to ${max}, not ${JSON.stringify(text)}.`))
    })
  )

const startAndLength = /^(\d{1,6}),(\d{1,6})$/

/**
 * Makes an option whose value is two numbers of seconds, `START,LENGTH`.
 *
 * @since 0.1.0
 * @category constructors
 */
export const secondsAfter = (
  name: string
): Options.Options<{ readonly after: Duration.Duration; readonly lasts: Duration.Duration }> =>
  Options.text(name).pipe(
    Options.withPseudoName("START,LENGTH"),
    Options.mapEffect((text) => {
      const [, start, length] = startAndLength.exec(text) ?? []
      return start === undefined || length === undefined || Number(length) === 0
        ? Effect.fail(
            invalid(
              `--${name} takes two whole numbers of seconds as START,LENGTH, such as 5,60, not ${JSON.stringify(text)}.`
            )
          )
        : Effect.succeed({ after: Duration.seconds(Number(start)), lasts: Duration.seconds(Number(length)) })
    })
  )

/**
 * Makes an option whose value is one of these words.
 *
 * @since 0.1.0
 * @category constructors
 */
export const oneOf = <const Words extends ReadonlyArray<string>>(
  name: string,
  words: Words
): Options.Options<Words[number]> =>
  Options.text(name).pipe(
    Options.withPseudoName(words.join("|")),
    Options.mapEffect((text) => {
      const value = words.find((word) => word === text)
      return value === undefined
        ? Effect.fail(invalid(`--${name} takes one of ${words.join(", ")}, not ${JSON.stringify(text)}.`))
        : Effect.succeed(value)
    })
  )

/**
 * Makes an option whose value is one or more of these words, separated by commas.
 *
 * @since 0.1.0
 * @category constructors
 */
export const someOf = <const Word extends string>(
  name: string,
  words: ReadonlyArray<Word>
): Options.Options<ReadonlyArray<Word>> =>
  Options.text(name).pipe(
    Options.mapEffect((text) => {
      const given = text
        .split(",")
        .map((word) => word.trim())
        .filter((word) => word !== "")
      const known = words.filter((word) => given.includes(word))
      const unknown = given.filter((word) => !words.some((known) => known === word))
      return unknown.length > 0 || given.length === 0
        ? Effect.fail(invalid(`--${name}: ${unknown.join(", ") || "nothing"} is not one of ${words.join(", ")}.`))
        : Effect.succeed(known)
    })
  )

/** Returns the schema's message without the value, which may be a misplaced secret. */
const reason = (error: ParseResult.ParseError, value: string) =>
  (ParseResult.ArrayFormatter.formatErrorSync(error)[0]?.message ?? "")
    .replaceAll(` ${quote(value)}`, "")
    .replaceAll(quote(value), "it")

/**
 * Parses the text of an option with a schema whose message says what it expects.
 *
 * @since 0.1.0
 * @category constructors
 */
export const decode =
  <A>(name: string, schema: Schema.Schema<A, string>) =>
  (text: string): Effect.Effect<A, ValidationError.ValidationError> =>
    Effect.mapError(Schema.decode(schema)(text), (error) => invalid(`--${name}: ${reason(error, text)}.`))

/**
 * Makes an option parsed with a schema whose message says what it expects.
 *
 * @since 0.1.0
 * @category constructors
 */
export const schema = <A>(name: string, value: string, schema: Schema.Schema<A, string>): Options.Options<A> =>
  Options.text(name).pipe(Options.withPseudoName(value), Options.mapEffect(decode(name, schema)))

/**
 * Makes the option `--where`, which filters accounts by their list entry. `does` describes the
 * effect.
 *
 * @since 0.1.0
 * @category constants
 */
export const where = (does: string): Options.Options<Option.Option<AccountFilter.AccountFilter>> =>
  schema("where", "FILTER", AccountFilter.FromText).pipe(
    Options.withDescription(
      `${does} Fields: status, active, name, username, email, accountId, userId, directoryId, applicationId, createdAt, updatedAt. Operators: =, !=, in, contains, before, after, is missing, is present; combine them with and, or, not and parentheses.`
    ),
    Options.optional
  )

/**
 * Makes an argument parsed with a schema whose message says what it expects.
 *
 * @since 0.1.0
 * @category constructors
 */
export const argument = <A>(name: string, schema: Schema.Schema<A, string>): Args.Args<A> =>
  Args.text({ name }).pipe(
    Args.mapEffect((text) =>
      Effect.mapError(Schema.decode(schema)(text), (error) => HelpDoc.p(`${name}: ${reason(error, text)}.`))
    )
  )
