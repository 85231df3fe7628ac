/**
 * Which users have an account: the account list, read once and looked into often.
 *
 * @since 0.1.0
 */
import type { Account } from "@effect-glowmarkt/core/Account"
import { AdminAccounts } from "@effect-glowmarkt/core/AdminAccounts"
import type { CallError } from "@effect-glowmarkt/core/GlowmarktError"
import { canonical, type DirectoryId } from "@effect-glowmarkt/core/Identifier"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { isActive } from "./Classification.js"

/**
 * A user as `POST /account` takes one.
 *
 * @since 0.1.0
 * @category models
 */
export interface User {
  readonly username: string
  readonly directoryId: DirectoryId
}

/**
 * - `find` is the account of a user, an active one before an inactive one; reads the list when nobody has yet.
 * - `note` adds an account that was learned of otherwise.
 * - `refresh` reads the list again. Callers that ask while a reading is under way share the next one, so that any number
 *   of lost answers costs one or two readings.
 *
 * @since 0.1.0
 * @category services
 */
export class AccountIndex extends Context.Tag("@effect-glowmarkt/runner/AccountIndex")<
  AccountIndex,
  {
    readonly find: (user: User) => Effect.Effect<Option.Option<Account>, CallError>
    readonly note: (account: Account) => Effect.Effect<void>
    readonly refresh: Effect.Effect<void, CallError>
  }
>() {}

/** A directory id cannot contain a line break and be an id: the two parts cannot run into each other. */
const nameOf = ({ directoryId = "", username }: { readonly directoryId?: string; readonly username?: string }) =>
  `${canonical(directoryId)}\n${username}`

/**
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<Context.Tag.Service<AccountIndex>, never, AdminAccounts> = Effect.gen(function* () {
  const admin = yield* AdminAccounts
  const turn = yield* Effect.makeSemaphore(1)
  let accounts = new Map<string, Account>()
  let asked = 0
  let answered = 0

  const keep = (into: Map<string, Account>, account: Account) => {
    const known = into.get(nameOf(account))
    if (known === undefined || isActive(known) === false || known.accountId === account.accountId) {
      into.set(nameOf(account), account)
    }
    return into
  }

  const read = Effect.suspend(() => {
    const covers = asked
    return admin.stream.pipe(
      Stream.filterMap(Either.getRight),
      Stream.runFold(new Map<string, Account>(), keep),
      // A connection that breaks in the middle of the list is not retried by the call itself.
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
 * Fresh in every place it is provided in: what one run read is not what the next one finds.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<AccountIndex, never, AdminAccounts> = Layer.fresh(Layer.effect(AccountIndex, make))
