/**
 * The list of an application's accounts, read element by element: one account
 * that is not what the contract says does not cost the others.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { Account } from "./Account.js"
import { jsonDecoder } from "./internal/decode/jsonDecoder.js"
import * as parseIssue from "./internal/error/parseIssue.js"

/**
 * An element of the list that could not be read as an account.
 *
 * @since 0.1.0
 * @category models
 */
export interface UnreadableAccount {
  /** Its place in the list, from 0. */
  readonly index: number
  /** What stands where the id should be, if it is text. */
  readonly accountId: Option.Option<string>
  /** What is wrong with it: the field and what was expected there, not the value. */
  readonly problem: string
  /** The account without the fields that could not be read: there where its id is one. */
  readonly readable?: Account
}

/**
 * Everything that was listed: each element is in one of the two.
 *
 * @since 0.1.0
 * @category models
 */
export interface AccountList {
  readonly accounts: ReadonlyArray<Account>
  readonly unreadable: ReadonlyArray<UnreadableAccount>
}

const decodeElements = Schema.decodeUnknownEither(Schema.Array(Schema.Unknown))

const decodeAccount = jsonDecoder(Account)

const without = (element: unknown, field: string): unknown =>
  Predicate.isReadonlyRecord(element)
    ? Object.fromEntries(Object.entries(element).filter(([name]) => name !== field))
    : element

/** Takes out one field after the other that is not what it should be, as long as it is not the id. */
const salvage = (element: unknown, error: ParseResult.ParseError): Option.Option<Account> => {
  const field = parseIssue.fieldOf(error)
  if (field === undefined || field === "accountId" || !Predicate.hasProperty(element, field)) return Option.none()
  const rest = without(element, field)
  return Either.match(decodeAccount(rest), { onLeft: (next) => salvage(rest, next), onRight: Option.some })
}

const unreadable = (element: unknown, index: number, error: ParseResult.ParseError): UnreadableAccount => ({
  index,
  accountId:
    Predicate.hasProperty(element, "accountId") && Predicate.isString(element.accountId)
      ? Option.some(element.accountId)
      : Option.none(),
  problem: parseIssue.ofResponse(error),
  ...Option.match(salvage(element, error), { onNone: () => ({}), onSome: (readable) => ({ readable }) })
})

/**
 * Reads one element of the list.
 *
 * @since 0.1.0
 * @category combinators
 */
export const decodeElement = (element: unknown, index: number): Either.Either<Account, UnreadableAccount> =>
  Either.mapLeft(decodeAccount(element), (error) => unreadable(element, index, error))

/**
 * Reads the body of `GET /account`. Fails only if it is not a list.
 *
 * @since 0.1.0
 * @category combinators
 */
export const decode = (json: unknown): Either.Either<AccountList, string> =>
  Either.mapBoth(decodeElements(json), {
    onLeft: parseIssue.ofResponse,
    onRight: (elements) => {
      const accounts: Array<Account> = []
      const rest: Array<UnreadableAccount> = []
      for (const [index, element] of elements.entries()) {
        const account = decodeElement(element, index)
        if (Either.isRight(account)) accounts.push(account.right)
        else rest.push(account.left)
      }
      return { accounts, unreadable: rest }
    }
  })
