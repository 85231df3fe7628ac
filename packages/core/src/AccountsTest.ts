/**
 * Test implementations of the account services. They need no credentials, client or socket.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Ref from "effect/Ref"
import * as Stream from "effect/Stream"
import type { Account } from "./Account.js"
import { AdminAccounts, type AdminAccountsService } from "./AdminAccounts.js"
import { AccountNotFound } from "./GlowmarktError.js"
import { AccountId } from "./Identifier.js"
import { UserAccounts, type UserAccountsService } from "./UserAccounts.js"

const notProvided = (method: string) =>
  Effect.dieMessage(`AccountsTest: ${method} was called, but the test does not provide it`)

/**
 * Provides `AdminAccounts` with the given methods. Calling any other method dies with a message
 * that names it.
 *
 * @example
 * ```ts
 * import { AccountsTest, AdminAccounts } from "@effect-glowmarkt/core"
 * import { Effect } from "effect"
 *
 * const program = Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => admin.list)
 *
 * const test = program.pipe(
 *   Effect.provide(AccountsTest.layerAdmin({ list: Effect.succeed({ accounts: [], unreadable: [] }) }))
 * )
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerAdmin = (methods: Partial<AdminAccountsService>): Layer.Layer<AdminAccounts> =>
  Layer.succeed(AdminAccounts, {
    list: notProvided("list"),
    stream: Stream.fromEffect(notProvided("stream")),
    get: () => notProvided("get"),
    status: () => notProvided("status"),
    add: () => notProvided("add"),
    rename: () => notProvided("rename"),
    remove: () => notProvided("remove"),
    ...methods
  })

/**
 * Provides `UserAccounts` with the given methods. Calling any other method dies with a message that
 * names it.
 *
 * @example
 * ```ts
 * import { AccountsTest } from "@effect-glowmarkt/core"
 * import { Effect } from "effect"
 *
 * const User = AccountsTest.layerUser({ changeName: () => Effect.succeed({ valid: true, name: "Flat 3" }) })
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerUser = (methods: Partial<UserAccountsService>): Layer.Layer<UserAccounts> =>
  Layer.succeed(UserAccounts, {
    status: notProvided("status"),
    changeEmail: () => notProvided("changeEmail"),
    changeName: () => notProvided("changeName"),
    changePassword: () => notProvided("changePassword"),
    addMobileAppToken: () => notProvided("addMobileAppToken"),
    removeMobileAppToken: () => notProvided("removeMobileAppToken"),
    ...methods
  })

/**
 * Provides `AdminAccounts` over accounts in memory. Writes are visible to later reads: renamed
 * accounts have their new name, removed ones are inactive and added ones are listed, with the ids
 * `test-1`, `test-2`, …. An unknown id fails with `AccountNotFound`.
 *
 * @example
 * ```ts
 * import { type Account, AccountsTest } from "@effect-glowmarkt/core"
 *
 * const Admin = (accounts: ReadonlyArray<Account.Account>) => AccountsTest.layerAdminOf(accounts)
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerAdminOf = (accounts: ReadonlyArray<Account>): Layer.Layer<AdminAccounts> =>
  Layer.effect(
    AdminAccounts,
    Effect.gen(function* () {
      const store = yield* Ref.make<ReadonlyMap<AccountId, Account>>(
        new Map(accounts.map((account) => [account.accountId, account]))
      )
      let added = 0

      const find = (operation: string, accountId: AccountId) =>
        Effect.flatMap(Ref.get(store), (all) =>
          Effect.mapError(
            Effect.fromNullable(all.get(accountId)),
            () =>
              new AccountNotFound({
                operation,
                attempts: 1,
                elapsed: Duration.zero,
                status: 404,
                excerpt: "",
                accountId
              })
          )
        )

      const put = (account: Account) => Ref.update(store, (all) => new Map(all).set(account.accountId, account))

      const change = (operation: string, accountId: AccountId, fields: Partial<Account>) =>
        Effect.gen(function* () {
          const account = yield* find(operation, accountId)
          const changed = { ...account, ...fields, updatedAt: yield* DateTime.now }
          yield* put(changed)
          return changed
        })

      return {
        list: Effect.map(Ref.get(store), (all) => ({ accounts: [...all.values()], unreadable: [] })),
        stream: Stream.map(
          Stream.flatMap(Ref.get(store), (all) => Stream.fromIterable(all.values())),
          (account) => Either.right(account)
        ),
        get: (accountId) => find("getAccountById", accountId),
        status: (accountId) =>
          Effect.map(
            find("getAccountStatusById", accountId),
            ({ email: _, name: __, userId: ___, username: ____, ...status }) => status
          ),
        add: ({ directoryId, username }) =>
          Effect.gen(function* () {
            const accountId = AccountId.make(`test-${++added}`)
            const now = yield* DateTime.now
            yield* put({
              accountId,
              username,
              directoryId,
              status: "active",
              active: true,
              createdAt: now,
              updatedAt: now
            })
            return { accountId, status: "OK" }
          }),
        rename: (accountId, name) => change("updateAccount", accountId, { name }),
        remove: (accountId) =>
          Effect.as(change("deleteAccount", accountId, { status: "inactive", active: false }), {
            valid: true,
            accountId,
            status: "inactive" as const
          })
      }
    })
  )
