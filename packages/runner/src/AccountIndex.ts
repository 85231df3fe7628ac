/**
 * Finds the account of a user: reads the account list once and answers many lookups from it.
 *
 * @since 0.1.0
 */
import { type Account, isActive } from "@effect-glowmarkt/core/Account"
import { AdminAccounts } from "@effect-glowmarkt/core/AdminAccounts"
import type { CallError } from "@effect-glowmarkt/core/GlowmarktError"
import { canonical, type DirectoryId } from "@effect-glowmarkt/core/Identifier"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

/**
 * A user, as `POST /account` expects one.
 *
 * @since 0.1.0
 * @category models
 */
export interface User {
  readonly username: string
  readonly directoryId: DirectoryId
}

/**
 * The service behind the tag {@link AccountIndex}.
 *
 * @since 0.1.0
 * @category models
 */
export interface AccountIndexService {
  /** Finds the account of a user, preferring an active one. The first call reads the list. */
  readonly find: (user: User) => Effect.Effect<Option.Option<Account>, CallError>
  /** Adds an account that the program found without this index. */
  readonly note: (account: Account) => Effect.Effect<void>
  /**
   * Reads the list again. Calls made during a read share the next one, so any number of lost
   * responses needs only one or two reads.
   */
  readonly refresh: Effect.Effect<void, CallError>
}

/**
 * Finds the account of a user, as described in {@link AccountIndexService}.
 *
 * @since 0.1.0
 * @category services
 */
export class AccountIndex extends Context.Tag("@effect-glowmarkt/runner/AccountIndex")<
  AccountIndex,
  AccountIndexService
>() {}

/**
 * Joins the directory id and the user name into a key. A directory id cannot contain a line break,
 * so two users never have the same key.
 */
const nameOf = ({ directoryId = "", username }: { readonly directoryId?: string; readonly username?: string }) =>
  `${canonical(directoryId)}\n${username}`

/**
 * Builds an empty index. The list is read on first use.
 *
 * @example
 * ```ts
 * import { AccountIndex } from "@effect-glowmarkt/runner"
 * import { Effect } from "effect"
 *
 * const withIndex = Effect.provideServiceEffect(AccountIndex.AccountIndex, AccountIndex.make)
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<AccountIndexService, never, AdminAccounts> = Effect.gen(function* () {
  const admin = yield* AdminAccounts
  const turn = yield* Effect.makeSemaphore(1)
  let accounts = new Map<string, Account>()
  let asked = 0
  let answered = 0

  const keep = (into: Map<string, Account>, account: Account) => {
    const indexed = into.get(nameOf(account))
    if (indexed === undefined || isActive(indexed) === false || indexed.accountId === account.accountId) {
      into.set(nameOf(account), account)
    }
    return into
  }

  const read = Effect.suspend(() => {
    const covers = asked
    return admin.stream.pipe(
      Stream.filterMap(Either.getRight),
      Stream.runFold(new Map<string, Account>(), keep),
      // Retries here, because the client does not retry a stream that fails half-way through the
      // list.
      Effect.retry({ times: 2, while: (error) => error.isTransient }),
      Effect.flatMap((listed) =>
        Effect.sync(() => {
          accounts = listed
          answered = covers
        })
      )
    )
  })

  const refresh = Effect.suspend(() => {
    const ask = ++asked
    return turn.withPermits(1)(Effect.suspend(() => (answered >= ask ? Effect.void : read)))
  })

  const once = Effect.suspend(() =>
    answered > 0
      ? Effect.void
      : turn.withPermits(1)(
          Effect.suspend(() => {
            asked = Math.max(asked, 1)
            return answered > 0 ? Effect.void : read
          })
        )
  )

  return {
    find: (user) => Effect.map(once, () => Option.fromNullable(accounts.get(nameOf(user)))),
    note: (account) =>
      Effect.sync(() => {
        keep(accounts, account)
      }),
    refresh
  }
})

/**
 * Never memoized: each run gets its own index, so it does not see another run's list.
 *
 * @example
 * ```ts
 * import { AdminAccounts } from "@effect-glowmarkt/core"
 * import { AccountIndex } from "@effect-glowmarkt/runner"
 * import { Layer } from "effect"
 *
 * const AccountIndexLive = Layer.provide(AccountIndex.layer, AdminAccounts.layer)
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<AccountIndex, never, AdminAccounts> = Layer.fresh(Layer.effect(AccountIndex, make))
