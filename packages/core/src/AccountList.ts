/**
 * The list of an application's accounts. It is decoded element by element, so one invalid account
 * does not fail the whole list.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import { Account } from "./Account.js"
import { jsonDecoder } from "./internal/decode/jsonDecoder.js"
import * as parseIssue from "./internal/error/parseIssue.js"

/**
 * An element of the list that does not match the schema of an account.
 *
 * @since 0.1.0
 * @category models
 */
export interface UnreadableAccount {
  /** The position in the list, from 0. */
  readonly index: number
  /** The value of the id field, if it is text. */
  readonly accountId: Option.Option<string>
  /** Names the invalid field and what was expected, but not its value. */
  readonly problem: string
  /** The account without its invalid fields. Absent if the id is one of them. */
  readonly readable?: Account
}

/**
 * All elements of the list, each in one of the two arrays.
 *
 * @since 0.1.0
 * @category models
 */
export interface AccountList {
  readonly accounts: ReadonlyArray<Account>
  readonly unreadable: ReadonlyArray<UnreadableAccount>
}

const decodeAccount = jsonDecoder(Account)

const without = (element: unknown, field: string): unknown =>
  Predicate.isReadonlyRecord(element)
    ? Object.fromEntries(Object.entries(element).filter(([name]) => name !== field))
    : element

/** Removes invalid fields one by one. Gives up if the id is invalid. */
const withoutInvalidFields = (element: unknown, error: ParseResult.ParseError): Option.Option<Account> => {
  const field = parseIssue.fieldOf(error)
  if (field === undefined || field === "accountId" || !Predicate.hasProperty(element, field)) return Option.none()
  const rest = without(element, field)
  return Either.match(decodeAccount(rest), { onLeft: (next) => withoutInvalidFields(rest, next), onRight: Option.some })
}

const unreadable = (element: unknown, index: number, error: ParseResult.ParseError): UnreadableAccount => ({
  index,
  accountId:
    Predicate.hasProperty(element, "accountId") && Predicate.isString(element.accountId)
      ? Option.some(element.accountId)
      : Option.none(),
  problem: parseIssue.ofResponse(error),
  ...Option.match(withoutInvalidFields(element, error), { onNone: () => ({}), onSome: (readable) => ({ readable }) })
})

/**
 * Decodes one element of the list.
 *
 * @example
 * ```ts
 * import { AccountList } from "@effect-glowmarkt/core"
 * import { Either } from "effect"
 *
 * const accounts = (elements: ReadonlyArray<unknown>) =>
 *   elements.map(AccountList.decodeElement).filter(Either.isRight)
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const decodeElement = (element: unknown, index: number): Either.Either<Account, UnreadableAccount> =>
  Either.mapLeft(decodeAccount(element), (error) => unreadable(element, index, error))

/**
 * Decodes the body of `GET /account`. Fails only if it is not an array.
 *
 * @example
 * ```ts
 * import { AccountList } from "@effect-glowmarkt/core"
 * import { Either } from "effect"
 *
 * const saved = (text: string) => Either.map(AccountList.decode(JSON.parse(text)), ({ accounts }) => accounts)
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const decode = (json: unknown): Either.Either<AccountList, string> => {
  if (!Array.isArray(json)) return Either.left(parseIssue.wrongShape)
  const elements: ReadonlyArray<unknown> = json
  const accounts: Array<Account> = []
  const rest: Array<UnreadableAccount> = []
  for (const [index, element] of elements.entries()) {
    const account = decodeElement(element, index)
    if (Either.isRight(account)) accounts.push(account.right)
    else rest.push(account.left)
  }
  return Either.right({ accounts, unreadable: rest })
}
