/**
 * Steps that converge: each states the wanted end and gets there. It reads, compares, writes only if needed and
 * verifies by reading. So it may run twice, or be cut off anywhere, and an answer that was lost is settled by
 * reading.
 *
 * The building blocks of every flow that changes something, and of your own.
 *
 * @since 0.1.0
 */
import type { Account, AccountStatus } from "@effect-glowmarkt/core/Account"
import { AdminAccounts } from "@effect-glowmarkt/core/AdminAccounts"
import type {
  AccountNotFound,
  CallError,
  IncorrectElements,
  InvalidInput,
  MissingElements,
  Rejected
} from "@effect-glowmarkt/core/GlowmarktError"
import { type AccountId, type ApplicationId, isSame } from "@effect-glowmarkt/core/Identifier"
import { quote } from "@effect-glowmarkt/core/VisibleText"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { AccountIndex, type User } from "./AccountIndex.js"
import { isActive } from "./Classification.js"
import { quoteName } from "./internal/flows/quoteName.js"
import * as Journal from "./Journal.js"

/**
 * The subject must be left alone: it belongs to somebody else, or the wanted end cannot be reached from where it is.
 * Nothing was written.
 *
 * @since 0.1.0
 * @category errors
 */
export class Refused extends Schema.TaggedError<Refused>("@effect-glowmarkt/runner/Refused")("Refused", {
  reason: Schema.String
}) {
  readonly mayHaveBeenApplied = false

  override get message() {
    return this.reason
  }
}

/**
 * The provider accepted the change, and reading afterwards shows that it did not take place.
 *
 * @since 0.1.0
 * @category errors
 */
export class NotReached extends Schema.TaggedError<NotReached>("@effect-glowmarkt/runner/NotReached")("NotReached", {
  wanted: Schema.String,
  read: Schema.optionalWith(Schema.String, { exact: true })
}) {
  readonly mayHaveBeenApplied = true

  override get message() {
    const read = this.read === undefined ? "" : `, read ${this.read}`
    return `The provider accepted the change, but a read afterwards does not show it: wanted ${this.wanted}${read}. Try again later`
  }
}

/**
 * The pattern itself, for steps of your own.
 *
 * - `read` says where the subject stands; it runs once when nothing is to be done, else twice.
 * - `write` runs only while `isSatisfied` says no, and is noted in the `Journal`. When it fails and may have been carried out,
 *   reading decides.
 * - `wanted` and `describe`, applied to what the last read said, tell people what {@link NotReached} is about. Escape what
 *   comes from outside, with `VisibleText.quote`.
 * - `before` is what was read just now, if it was: then the first read is saved.
 *
 * Returns what the last read said.
 *
 * @example
 * ```ts
 * import { Converge } from "@effect-glowmarkt/runner"
 * import { AdminAccounts, type Identifier } from "@effect-glowmarkt/core"
 * import { Effect } from "effect"
 *
 * const ensureUpperCase = (accountId: Identifier.AccountId) =>
 *   Effect.flatMap(AdminAccounts.AdminAccounts, (admin) =>
 *     Converge.converge({
 *       read: admin.get(accountId),
 *       isSatisfied: ({ name = "" }) => name === name.toUpperCase(),
 *       write: ({ name = "" }) => admin.rename(accountId, name.toUpperCase()),
 *       wanted: "a name in capitals"
 *     })
 *   )
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const converge = Effect.fnUntraced(function* <
  State,
  E,
  R,
  E2 extends { readonly mayHaveBeenApplied: boolean },
  R2
>(options: {
  readonly read: Effect.Effect<State, E, R>
  readonly isSatisfied: (state: State) => boolean
  readonly write: (state: State) => Effect.Effect<unknown, E2, R2>
  readonly wanted: string
  readonly describe?: (state: State) => string
  readonly before?: State
}): Effect.fn.Return<State, E | E2 | NotReached, R | R2> {
  const before = options.before ?? (yield* options.read)
  if (options.isSatisfied(before)) {
    return before
  }
  const written = yield* Effect.either(Journal.writing(options.write(before)))
  if (Either.isRight(written)) {
    const after = yield* options.read
    if (options.isSatisfied(after)) return after
    const { describe, wanted } = options
    return yield* new NotReached({ wanted, ...(describe === undefined ? {} : { read: describe(after) }) })
  }
  const failure = written.left
  if (!failure.mayHaveBeenApplied) {
    return yield* Effect.fail(failure)
  }
  // If even that cannot be found out, what went wrong first is what to tell.
  const after = yield* Effect.mapError(options.read, () => failure)
  if (options.isSatisfied(after)) {
    return after
  }
  yield* Journal.strike
  return yield* Effect.fail(failure)
})

/**
 * The account has this name.
 *
 * @since 0.1.0
 * @category steps
 */
export const ensureName = Effect.fn("Converge.ensureName")(function* (
  accountId: AccountId,
  name: string
): Effect.fn.Return<Account, AccountNotFound | MissingElements | InvalidInput | CallError | NotReached, AdminAccounts> {
  const admin = yield* AdminAccounts
  return yield* converge({
    read: admin.get(accountId),
    isSatisfied: (account) => account.name === name,
    write: () => admin.rename(accountId, name),
    wanted: quoteName(name),
    describe: (account) => quoteName(account.name)
  })
})

/**
 * An account as `GET /account/{accountId}` and as its status show it: the two may disagree.
 *
 * @since 0.1.0
 * @category models
 */
export interface Seen {
  readonly account: Account
  readonly status: AccountStatus
}

/**
 * Whether an account is inactive wherever one looks.
 *
 * @since 0.1.0
 * @category predicates
 */
export const isInactive = ({ account, status }: Seen): boolean =>
  isActive(account) === false && isActive(status) === false

/**
 * Reads an account, and refuses it unless it belongs to this application. Refuses one that does not
 * say its application, too. Where no application is known, any account will do.
 *
 * @since 0.1.0
 * @category steps
 */
export const getOwn = Effect.fn("Converge.getOwn")(function* (
  accountId: AccountId,
  application: ApplicationId | undefined
): Effect.fn.Return<Account, AccountNotFound | InvalidInput | CallError | Refused, AdminAccounts> {
  const admin = yield* AdminAccounts
  const account = yield* admin.get(accountId)
  const { applicationId } = account
  if (application === undefined || (applicationId !== undefined && isSame(applicationId, application))) return account
  const said = applicationId === undefined ? "does not say its application" : `is of ${applicationId}`
  return yield* new Refused({ reason: `account ${accountId} ${said}, expected ${application}` })
})

/**
 * Reads an account of this application, as {@link getOwn} does, and its status.
 *
 * @since 0.1.0
 * @category steps
 */
export const seeOwn = Effect.fn("Converge.seeOwn")(function* (
  accountId: AccountId,
  application: ApplicationId
): Effect.fn.Return<Seen, AccountNotFound | InvalidInput | CallError | Refused, AdminAccounts> {
  const admin = yield* AdminAccounts
  const account = yield* getOwn(accountId, application)
  return { account, status: yield* admin.status(accountId) }
})

const activity = (answer: Pick<Account, "active" | "status">) => {
  const active = isActive(answer)
  return active === undefined ? "neither active nor inactive" : active ? "active" : "inactive"
}

/**
 * The account is inactive. It must belong to `application`, which is read first: deleting is not scoped by application.
 *
 * @since 0.1.0
 * @category steps
 */
export const ensureInactive = Effect.fn("Converge.ensureInactive")(function* (
  accountId: AccountId,
  application: ApplicationId
): Effect.fn.Return<
  Seen,
  AccountNotFound | IncorrectElements | Rejected | InvalidInput | CallError | Refused | NotReached,
  AdminAccounts
> {
  const admin = yield* AdminAccounts
  return yield* converge({
    read: seeOwn(accountId, application),
    isSatisfied: isInactive,
    write: () => admin.remove(accountId),
    wanted: "the account inactive",
    describe: ({ account, status }) => `the account ${activity(account)}, its status ${activity(status)}`
  })
})

/** What the account does not say cannot be another. */
const isOf = (user: User, { directoryId = user.directoryId, username = user.username }: Account) =>
  username === user.username && isSame(directoryId, user.directoryId)

/**
 * The user has an active account. Looks in the {@link AccountIndex}, which is read once for any number of users and again only
 * when the answer to an addition was lost. Refused where the user's account is inactive: the API cannot make it active.
 *
 * @since 0.1.0
 * @category steps
 */
export const ensureAccount = Effect.fn("Converge.ensureAccount")(function* (
  user: User
): Effect.fn.Return<
  Account,
  MissingElements | InvalidInput | AccountNotFound | CallError | Refused | NotReached,
  AdminAccounts | AccountIndex
> {
  const admin = yield* AdminAccounts
  const roster = yield* AccountIndex
  const known = yield* roster.find(user)
  if (Option.isSome(known)) {
    return yield* activeOnly(known.value)
  }
  const added = yield* Effect.either(Journal.writing(admin.add(user)))
  if (Either.isRight(added)) {
    const { accountId, applicationId } = added.right
    // Known from now on, also if it cannot be read just now: it must not be added again.
    yield* roster.note({ ...user, accountId, ...(applicationId === undefined ? {} : { applicationId }) })
    const account = yield* admin.get(accountId)
    if (!isOf(user, account)) {
      return yield* new NotReached({
        wanted: `an account of ${quote(user.username)}`,
        read: `that ${accountId} belongs to ${account.username === undefined ? "another user" : quote(account.username)}`
      })
    }
    yield* roster.note(account)
    return account
  }
  if (!added.left.mayHaveBeenApplied) {
    return yield* Effect.fail(added.left)
  }
  const settled = yield* Effect.zipRight(roster.refresh, roster.find(user)).pipe(Effect.mapError(() => added.left))
  if (Option.isSome(settled)) {
    return settled.value
  }
  yield* Journal.strike
  return yield* Effect.fail(added.left)
})

/**
 * Refuses an account that is not active.
 *
 * @since 0.1.0
 * @category steps
 */
export const activeOnly = (account: Account): Effect.Effect<Account, Refused> =>
  isActive(account) === false
    ? Effect.fail(
        new Refused({
          reason: `${account.username} has the inactive account ${account.accountId}, which the API cannot make active`
        })
      )
    : Effect.succeed(account)
