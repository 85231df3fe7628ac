/**
 * Options that several commands have, and the ways to read a value. A value that
 * cannot be read is told in one line with what is expected.
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
 * How a result is shown: to people, or to programs.
 *
 * @since 0.1.0
 * @category models
 */
export type Form = "human" | "json"

/**
 * @since 0.1.0
 * @category options
 */
export const form = Options.boolean("json").pipe(
  Options.map((json): Form => (json ? "json" : "human")),
  Options.withDescription("Prints JSON instead, and nothing else, to standard output.")
)

/**
 * @since 0.1.0
 * @category options
 */
export const consent = Options.boolean("yes").pipe(
  Options.withAlias("y"),
  Options.map((yes) => (yes ? "given" : "ask")),
  Options.withDescription("Does not ask. Needed where there is no terminal.")
)

/**
 * A value that cannot be read; `message` says what is expected.
 *
 * @since 0.1.0
 * @category constructors
 */
export const invalid = (message: string): ValidationError.ValidationError =>
  ValidationError.invalidValue(HelpDoc.p(message))

/**
 * An option that takes the name of a file or directory.
 *
 * @since 0.1.0
 * @category constructors
 */
export const path = (name: string, what: "FILE" | "DIR"): Options.Options<string> =>
  Options.text(name).pipe(
    Options.withPseudoName(what),
    Options.mapEffect((text) => {
      const wanted = `--${name} takes the name of a ${what === "FILE" ? "file" : "directory"}`
      if (text === StandardInput.word) return Effect.fail(invalid(`${wanted}, not -.`))
      return text.trim() === "" ? Effect.fail(invalid(`${wanted}, and none is said.`)) : Effect.succeed(text)
    })
  )

/**
 * An option that takes a whole number.
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
 * An option that takes two numbers of seconds: when something begins, and how long it lasts.
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
              `--${name} takes two whole numbers of seconds as START,LENGTH, 5,60 say, not ${JSON.stringify(text)}.`
            )
          )
        : Effect.succeed({ after: Duration.seconds(Number(start)), lasts: Duration.seconds(Number(length)) })
    })
  )

/**
 * An option that takes one of the words given.
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
      const known = words.find((word) => word === text)
      return known === undefined
        ? Effect.fail(invalid(`--${name} takes one of ${words.join(", ")}, not ${JSON.stringify(text)}.`))
        : Effect.succeed(known)
    })
  )

/**
 * An option that takes some of the words given, separated by commas.
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

/** The reason alone, in the schema's own words, without the value: a secret may have come into the wrong place. */
const reason = (error: ParseResult.ParseError, value: string) =>
  (ParseResult.ArrayFormatter.formatErrorSync(error)[0]?.message ?? "").replaceAll(quote(value), "it")

/** Reads the text of an option by a schema that says in its message what it expects. */
export const decode =
  <A>(name: string, schema: Schema.Schema<A, string>) =>
  (text: string): Effect.Effect<A, ValidationError.ValidationError> =>
    Effect.mapError(Schema.decode(schema)(text), (error) => invalid(`--${name}: ${reason(error, text)}.`))

/**
 * An option read by a schema that says in its message what it expects.
 *
 * @since 0.1.0
 * @category constructors
 */
export const schema = <A>(name: string, value: string, schema: Schema.Schema<A, string>): Options.Options<A> =>
  Options.text(name).pipe(Options.withPseudoName(value), Options.mapEffect(decode(name, schema)))

/**
 * The option `--where`, which selects accounts as they are listed. `does` says what becomes of these.
 *
 * @since 0.1.0
 * @category options
 */
export const where = (does: string): Options.Options<Option.Option<AccountFilter.AccountFilter>> =>
  schema("where", "FILTER", AccountFilter.FromText).pipe(
    Options.withDescription(
      `${does} Fields: status, active, name, username, email, accountId, userId, directoryId, applicationId, createdAt, updatedAt. Of them: =, !=, in, contains, before, after, is missing, is present; with and, or, not and parentheses between.`
    ),
    Options.optional
  )

/**
 * An argument read by a schema that says in its message what it expects.
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
