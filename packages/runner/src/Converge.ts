/**
 * Convergent steps: each states the wanted state, reads, compares, writes only if needed, and
 * verifies by reading. A step can be interrupted anywhere and run again; if a response is lost,
 * the next read shows whether the write took effect.
 *
 * These are the building blocks of all flows that change something, including your own.
 *
 * @since 0.1.0
 */
import { type Account, type AccountStatus, isActive } from "@effect-glowmarkt/core/Account"
import { AdminAccounts } from "@effect-glowmarkt/core/AdminAccounts"
import {
  type AccountNotFound,
  type CallError,
  explanation,
  type IncorrectElements,
  type InvalidInput,
  type MissingElements,
  type Rejected
} from "@effect-glowmarkt/core/GlowmarktError"
import { type AccountId, type ApplicationId, isSame } from "@effect-glowmarkt/core/Identifier"
import { quote } from "@effect-glowmarkt/core/VisibleText"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { AccountIndex, type User } from "./AccountIndex.js"
import { quoteName } from "./internal/flows/quoteName.js"
import * as Journal from "./Journal.js"

/**
 * The subject must not be changed: it belongs to another application, or the wanted state cannot be
 * reached. Nothing was written.
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
 * Refuses a subject whose account does not exist: `Effect.catchTag("AccountNotFound", refuseMissing)`.
 *
 * @example
 * ```ts
 * import { AdminAccounts, type Identifier } from "@effect-glowmarkt/core"
 * import { Converge } from "@effect-glowmarkt/runner"
 * import { Effect } from "effect"
 *
 * const read = (accountId: Identifier.AccountId) =>
 *   AdminAccounts.AdminAccounts.pipe(
 *     Effect.flatMap((admin) => admin.get(accountId)),
 *     Effect.catchTag("AccountNotFound", Converge.refuseMissing)
 *   )
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const refuseMissing = (error: AccountNotFound): Effect.Effect<never, Refused> =>
  Effect.fail(new Refused({ reason: explanation(error) }))

/**
 * The provider accepted the change, but a later read does not show it.
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
    return `The provider accepted the change, but a later read does not show it: wanted ${this.wanted}${read}. Try again later`
  }
}

/**
 * Reads, writes if needed, and verifies.
 *
 * - `read` returns the state of the subject. It runs once if there is nothing to do, else twice.
 * - `write` runs only if `isSatisfied` returns `false`, and is recorded in the `Journal`. If it
 *   fails but may have taken effect, the next read shows whether it did.
 * - `wanted` and `describe` supply the words for the message of {@link NotReached}. Escape
 *   untrusted text with `VisibleText.quote`.
 * - `before` is the current state, if it was just read. If it is given, the first read is skipped.
 *
 * Returns the state from the last read.
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
  const written = yield* Effect.either(Journal.recordWrite(options.write(before)))
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
  // If that read fails too, report the original failure.
  const after = yield* Effect.mapError(options.read, () => failure)
  if (options.isSatisfied(after)) {
    return after
  }
  yield* Journal.retract
  return yield* Effect.fail(failure)
})

/**
 * Ensures that the account has this name.
 *
 * @example
 * ```ts
 * import type { Identifier } from "@effect-glowmarkt/core"
 * import { Converge } from "@effect-glowmarkt/runner"
 *
 * const rename = (accountId: Identifier.AccountId) => Converge.ensureName(accountId, "Flat 3")
 * ```
 *
 * @since 0.1.0
 * @category combinators
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
 * An account as `GET /account/{accountId}` and its status return it. The two may disagree.
 *
 * @since 0.1.0
 * @category models
 */
export interface AccountState {
  readonly account: Account
  readonly status: AccountStatus
}

/**
 * Returns whether both the account and its status are inactive.
 *
 * @example
 * ```ts
 * import type { Identifier } from "@effect-glowmarkt/core"
 * import { Converge } from "@effect-glowmarkt/runner"
 * import { Effect } from "effect"
 *
 * const isGone = (accountId: Identifier.AccountId, application: Identifier.ApplicationId) =>
 *   Effect.map(Converge.getOwnState(accountId, application), Converge.isInactive)
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const isInactive = ({ account, status }: AccountState): boolean =>
  isActive(account) === false && isActive(status) === false

/**
 * Reads an account. Refuses the account if it belongs to another application or does not name one.
 * Without `application`, accepts any account.
 *
 * @example
 * ```ts
 * import type { Identifier } from "@effect-glowmarkt/core"
 * import { Converge } from "@effect-glowmarkt/runner"
 * import { Effect } from "effect"
 *
 * const nameOf = (accountId: Identifier.AccountId, application: Identifier.ApplicationId) =>
 *   Effect.map(Converge.getOwn(accountId, application), ({ name }) => name)
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const getOwn = Effect.fn("Converge.getOwn")(function* (
  accountId: AccountId,
  application: ApplicationId | undefined
): Effect.fn.Return<Account, AccountNotFound | InvalidInput | CallError | Refused, AdminAccounts> {
  const admin = yield* AdminAccounts
  const account = yield* admin.get(accountId)
  const { applicationId } = account
  if (application === undefined || (applicationId !== undefined && isSame(applicationId, application))) return account
  const found =
    applicationId === undefined ? "does not name its application" : `belongs to application ${applicationId}`
  return yield* new Refused({ reason: `account ${accountId} ${found}, not ${application}` })
})

/**
 * Reads an account as {@link getOwn} does, and its status.
 *
 * @example
 * ```ts
 * import type { Identifier } from "@effect-glowmarkt/core"
 * import { Converge } from "@effect-glowmarkt/runner"
 * import { Effect } from "effect"
 *
 * const statusOf = (accountId: Identifier.AccountId, application: Identifier.ApplicationId) =>
 *   Effect.map(Converge.getOwnState(accountId, application), ({ status }) => status.status)
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const getOwnState = Effect.fn("Converge.getOwnState")(function* (
  accountId: AccountId,
  application: ApplicationId
): Effect.fn.Return<AccountState, AccountNotFound | InvalidInput | CallError | Refused, AdminAccounts> {
  const admin = yield* AdminAccounts
  const account = yield* getOwn(accountId, application)
  return { account, status: yield* admin.status(accountId) }
})

const activity = (answer: Pick<Account, "active" | "status">) => {
  const active = isActive(answer)
  return active === undefined ? "neither active nor inactive" : active ? "active" : "inactive"
}

/**
 * Ensures that the account is inactive. Reads it first to check that it belongs to `application`,
 * because the API deletes accounts of any application.
 *
 * @example
 * ```ts
 * import type { Identifier } from "@effect-glowmarkt/core"
 * import { Converge } from "@effect-glowmarkt/runner"
 *
 * const offboard = (accountId: Identifier.AccountId, application: Identifier.ApplicationId) =>
 *   Converge.ensureInactive(accountId, application)
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const ensureInactive = Effect.fn("Converge.ensureInactive")(function* (
  accountId: AccountId,
  application: ApplicationId
): Effect.fn.Return<
  AccountState,
  AccountNotFound | IncorrectElements | Rejected | InvalidInput | CallError | Refused | NotReached,
  AdminAccounts
> {
  const admin = yield* AdminAccounts
  return yield* converge({
    read: getOwnState(accountId, application),
    isSatisfied: isInactive,
    write: () => admin.remove(accountId),
    wanted: "the account inactive",
    describe: ({ account, status }) => `the account ${activity(account)}, its status ${activity(status)}`
  })
})

/**
 * Returns whether the account belongs to the user. A field that the account omits counts as equal.
 */
const isOf = (user: User, { directoryId = user.directoryId, username = user.username }: Account) =>
  username === user.username && isSame(directoryId, user.directoryId)

/**
 * Ensures that the user has an active account. Looks it up in the {@link AccountIndex}, which is
 * read once for all users and again only if the response to an addition is lost. Refuses a user
 * whose account is inactive: the API cannot reactivate it.
 *
 * @example
 * ```ts
 * import { AccountIndex, Converge } from "@effect-glowmarkt/runner"
 * import { Effect } from "effect"
 *
 * const onboard = (users: ReadonlyArray<AccountIndex.User>) =>
 *   Effect.forEach(users, Converge.ensureAccount, { concurrency: 8 }).pipe(Effect.provide(AccountIndex.layer))
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const ensureAccount = Effect.fn("Converge.ensureAccount")(function* (
  user: User
): Effect.fn.Return<
  Account,
  MissingElements | InvalidInput | AccountNotFound | CallError | Refused | NotReached,
  AdminAccounts | AccountIndex
> {
  const admin = yield* AdminAccounts
  const index = yield* AccountIndex
  const existing = yield* index.find(user)
  if (Option.isSome(existing)) {
    return yield* refuseInactive(existing.value)
  }
  const added = yield* Effect.either(Journal.recordWrite(admin.add(user)))
  if (Either.isRight(added)) {
    const { accountId, applicationId } = added.right
    // Adds the account to the index even if the read below fails, because it must not be added
    // again.
    yield* index.note({ ...user, accountId, ...(applicationId === undefined ? {} : { applicationId }) })
    const account = yield* admin.get(accountId)
    if (!isOf(user, account)) {
      return yield* new NotReached({
        wanted: `an account of ${quote(user.username)}`,
        read: `that ${accountId} belongs to ${account.username === undefined ? "another user" : quote(account.username)}`
      })
    }
    yield* index.note(account)
    return account
  }
  if (!added.left.mayHaveBeenApplied) {
    return yield* Effect.fail(added.left)
  }
  const found = yield* Effect.zipRight(index.refresh, index.find(user)).pipe(Effect.mapError(() => added.left))
  if (Option.isSome(found)) {
    return found.value
  }
  yield* Journal.retract
  return yield* Effect.fail(added.left)
})

/**
 * Refuses an inactive account.
 *
 * @example
 * ```ts
 * import { AdminAccounts, type Identifier } from "@effect-glowmarkt/core"
 * import { Converge } from "@effect-glowmarkt/runner"
 * import { Effect } from "effect"
 *
 * const getActive = (accountId: Identifier.AccountId) =>
 *   AdminAccounts.AdminAccounts.pipe(
 *     Effect.flatMap((admin) => admin.get(accountId)),
 *     Effect.flatMap(Converge.refuseInactive)
 *   )
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const refuseInactive = (account: Account): Effect.Effect<Account, Refused> =>
  isActive(account) === false
    ? Effect.fail(
        new Refused({
          reason: `${account.username} has account ${account.accountId}, which is inactive; the API cannot reactivate it`
        })
      )
    : Effect.succeed(account)
