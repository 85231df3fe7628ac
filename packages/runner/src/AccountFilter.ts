/**
 * Which accounts of a list are meant, as a person says it: `status = inactive and updatedAt < 2025-01-01`.
 *
 * | field                                        | what it can be asked                                            |
 * | -------------------------------------------- | --------------------------------------------------------------- |
 * | `status`                                     | `= != in`, with `active`, `inactive`, or another word in quotes |
 * | `active`                                     | `= !=`, with `true` or `false`                                  |
 * | `name`, `username`, `email`                  | `= != in contains`, in any case; text with blanks in quotes     |
 * | `accountId` `userId` `directoryId` `applicationId` | `= != in`                                                 |
 * | `createdAt`, `updatedAt`                     | `= != < <= > >= before after`, with `2025-01-01`, an instant, or `180 days ago` |
 *
 * And of every field: `is missing`, `is present`. These are joined by `and`, `or`, `not` and parentheses. What the provider does not say is
 * neither equal to anything, nor before, nor after. Days are those of UTC; `ago` counts from the beginning of the run.
 *
 * @since 0.1.0
 */
import type { Account } from "@effect-glowmarkt/core/Account"
import { quote } from "@effect-glowmarkt/core/VisibleText"
import type * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as evaluate from "./internal/filter/evaluate.js"
import * as parser from "./internal/filter/parser.js"

/**
 * The fields that hold text.
 *
 * @since 0.1.0
 * @category models
 */
export type TextField =
  | "status"
  | "name"
  | "username"
  | "email"
  | "accountId"
  | "userId"
  | "directoryId"
  | "applicationId"

/**
 * @since 0.1.0
 * @category models
 */
export type InstantField = "createdAt" | "updatedAt"

/**
 * @since 0.1.0
 * @category models
 */
export type Field = TextField | InstantField | "active"

/**
 * A day, an instant, or so long before the beginning of the run.
 *
 * @since 0.1.0
 * @category models
 */
export type Moment =
  | { readonly _tag: "Day"; readonly start: DateTime.Utc }
  | { readonly _tag: "Instant"; readonly at: DateTime.Utc }
  | { readonly _tag: "Ago"; readonly duration: Duration.Duration }

/**
 * @since 0.1.0
 * @category models
 */
export type AccountFilter =
  | { readonly _tag: "And" | "Or"; readonly left: AccountFilter; readonly right: AccountFilter }
  | { readonly _tag: "Not"; readonly filter: AccountFilter }
  | { readonly _tag: "Is"; readonly field: Field; readonly presence: "missing" | "present" }
  | { readonly _tag: "OneOf"; readonly field: TextField; readonly values: ReadonlyArray<string> }
  | { readonly _tag: "Contains"; readonly field: TextField; readonly value: string }
  | { readonly _tag: "Flag"; readonly field: "active"; readonly value: boolean }
  | {
      readonly _tag: "When"
      readonly field: InstantField
      readonly order: "=" | "<" | "<=" | ">" | ">="
      readonly moment: Moment
    }

/**
 * The text is no filter. `position` is where in it, from 1.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidFilter extends Schema.TaggedError<InvalidFilter>("@effect-glowmarkt/runner/InvalidFilter")(
  "InvalidFilter",
  { text: Schema.String, position: Schema.Int, problem: Schema.String }
) {
  override get message() {
    return `${quote(this.text)} is no filter of accounts: at ${this.position}, ${this.problem}`
  }
}

/**
 * Reads a filter.
 *
 * @example
 * ```ts
 * import { AccountFilter, StatusAudit } from "@effect-glowmarkt/runner"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const where = yield* AccountFilter.parse("status = inactive and updatedAt before 180 days ago")
 *   return yield* StatusAudit.run({ where, sample: 500 })
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const parse = (source: string): Either.Either<AccountFilter, InvalidFilter> =>
  Either.mapLeft(parser.parse(source), (fault) => new InvalidFilter({ text: source, ...fault }))

/**
 * The filter as text that {@link parse} reads as the same filter. Equal filters have equal texts.
 *
 * @since 0.1.0
 * @category conversions
 */
export const format: (filter: AccountFilter) => string = parser.format

/**
 * Whether an account meets a filter, in a run that began at `now`.
 *
 * @since 0.1.0
 * @category predicates
 */
export const matches: (filter: AccountFilter, now: DateTime.Utc) => (account: Account) => boolean = evaluate.matches

const isFilter = (value: unknown): value is AccountFilter =>
  typeof value === "object" && value !== null && "_tag" in value

/**
 * A filter that is recorded as its text.
 *
 * @since 0.1.0
 * @category schemas
 */
export const FromText: Schema.Schema<AccountFilter, string> = Schema.transformOrFail(
  Schema.String,
  Schema.declare(isFilter, { identifier: "AccountFilter" }),
  {
    strict: true,
    decode: (source, _, ast) =>
      Either.mapLeft(parse(source), ({ message }) => new ParseResult.Type(ast, source, message)),
    encode: (filter) => ParseResult.succeed(format(filter))
  }
)
