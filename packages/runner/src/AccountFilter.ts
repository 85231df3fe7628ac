/**
 * Filters for the account list: `status = inactive and updatedAt < 2025-01-01`.
 *
 * | field                                        | operators                                                       |
 * | -------------------------------------------- | --------------------------------------------------------------- |
 * | `status`                                     | `= != in`, with `active`, `inactive`, or another word in quotes |
 * | `active`                                     | `= !=`, with `true` or `false`                                  |
 * | `name`, `username`, `email`                  | `= != in contains`, ignoring case; quote text with spaces       |
 * | `accountId` `userId` `directoryId` `applicationId` | `= != in`                                                 |
 * | `createdAt`, `updatedAt`                     | `= != < <= > >= before after`, with `2025-01-01`, an instant, or `180 days ago` |
 *
 * Every field also supports `is missing` and `is present`. Combine conditions with `and`, `or`,
 * `not` and parentheses. A missing value is never equal to, before or after anything. Days are
 * UTC days; `ago` counts back from the start of the run.
 *
 * @since 0.1.0
 */
import type { Account } from "@effect-glowmarkt/core/Account"
import { quote } from "@effect-glowmarkt/core/VisibleText"
import type * as DateTime from "effect/DateTime"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import type { AccountFilter } from "./internal/filter/accountFilter.js"
import * as evaluate from "./internal/filter/evaluate.js"
import * as parser from "./internal/filter/parser.js"

export type { AccountFilter, Field, InstantField, Moment, TextField } from "./internal/filter/accountFilter.js"

/**
 * The text is not a valid filter. `position` is the character the problem starts at, counting from
 * 1.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidFilter extends Schema.TaggedError<InvalidFilter>("@effect-glowmarkt/runner/InvalidFilter")(
  "InvalidFilter",
  { text: Schema.String, position: Schema.Int, problem: Schema.String }
) {
  override get message() {
    return `Invalid filter ${quote(this.text)} (position ${this.position}): ${this.problem}`
  }
}

/**
 * Parses a filter.
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
  Either.mapLeft(parser.parse(source), (problem) => new InvalidFilter({ text: source, ...problem }))

/**
 * Formats a filter as text that {@link parse} reads back. Equal filters have equal texts.
 *
 * @example
 * ```ts
 * import { AccountFilter } from "@effect-glowmarkt/runner"
 * import { Either } from "effect"
 *
 * const normalized = (source: string) => Either.map(AccountFilter.parse(source), AccountFilter.format)
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const format: (filter: AccountFilter) => string = parser.format

/**
 * Tests whether an account matches a filter. `now` is the start of the run.
 *
 * @example
 * ```ts
 * import type { Account } from "@effect-glowmarkt/core"
 * import { AccountFilter } from "@effect-glowmarkt/runner"
 * import { DateTime, Effect } from "effect"
 *
 * const inactiveOf = (accounts: ReadonlyArray<Account.Account>) =>
 *   Effect.gen(function* () {
 *     const filter = yield* AccountFilter.parse("status = inactive")
 *     return accounts.filter(AccountFilter.matches(filter, yield* DateTime.now))
 *   })
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const matches: (filter: AccountFilter, now: DateTime.Utc) => (account: Account) => boolean = evaluate.matches

const isFilter = (value: unknown): value is AccountFilter =>
  typeof value === "object" && value !== null && "_tag" in value

/**
 * A filter stored as its text.
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
