/**
 * Test implementations of the account services. They need no credentials, client or socket.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import type { Account } from "./Account.js"
import { AdminAccounts, type AdminAccountsService } from "./AdminAccounts.js"
import type { GlowmarktError } from "./GlowmarktError.js"
import type { AccountId } from "./Identifier.js"
import * as accountsInMemory from "./internal/testing/accountsInMemory.js"
import * as failures from "./internal/testing/failures.js"
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
 * The in-memory accounts behind {@link layerAdminOf} and {@link layerUserOf}. Tests use it to read
 * what the API does not return.
 *
 * @since 0.1.0
 * @category models
 */
export interface TestAccountsService {
  /** All accounts, in the order in which they were given and added. */
  readonly accounts: Effect.Effect<ReadonlyArray<Account>>
  /**
   * Returns the tokens of an account, in the order in which they were added. The API cannot list
   * them.
   */
  readonly mobileAppTokens: (accountId: AccountId) => Effect.Effect<ReadonlyArray<Redacted.Redacted>>
  /** Returns the operations of the user who owns an account. */
  readonly userOf: (accountId: AccountId) => UserAccountsService
}

/**
 * @since 0.1.0
 * @category services
 */
export class TestAccounts extends Context.Tag("@effect-glowmarkt/core/AccountsTest/TestAccounts")<
  TestAccounts,
  TestAccountsService
>() {}

/**
 * Provides `AdminAccounts` over accounts in memory. Writes are visible to later reads: renamed
 * accounts have their new name, removed ones are inactive and added ones are listed, with the ids
 * `test-1`, `test-2`, …. An unknown id fails with `AccountNotFound`, invalid input with
 * `InvalidInput` as in production.
 *
 * @example
 * ```ts
 * import { AccountsTest, AdminAccounts, Identifier } from "@effect-glowmarkt/core"
 * import { Effect } from "effect"
 *
 * const accountId = Identifier.AccountId.make("ffe4f42e-7c1a-4ea3-9ec8-087d4a1071e6")
 *
 * const test = Effect.gen(function* () {
 *   const admin = yield* AdminAccounts.AdminAccounts
 *   yield* admin.remove(accountId)
 *   return yield* admin.status(accountId)
 * }).pipe(Effect.provide(AccountsTest.layerAdminOf([{ accountId, status: "active", active: true }])))
 * ```
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
export const layerAdminOf = (accounts: ReadonlyArray<Account>): Layer.Layer<AdminAccounts | TestAccounts> =>
  Layer.effectContext(
    Effect.map(accountsInMemory.make(accounts, new Map()), ({ admin, ...test }) =>
      Context.make(AdminAccounts, admin).pipe(Context.add(TestAccounts, test))
    )
  )

/**
 * The user of {@link layerUserOf}.
 *
 * @since 0.1.0
 * @category models
 */
export interface UserOptions {
  /** The user's current password. By default any old password is accepted. */
  readonly password?: Redacted.Redacted
  /** Accounts of other users of the application. */
  readonly others?: ReadonlyArray<Account>
}

/**
 * Provides `UserAccounts` for the user who owns an account in memory, and `AdminAccounts` over the
 * same accounts. Writes are visible to later reads through both. As with the provider, a wrong old
 * password and another user's account fail with `AccessDenied`. A new password of fewer than eight
 * characters fails with `WeakPassword`.
 *
 * @example
 * ```ts
 * import { AccountsTest, AdminAccounts, Identifier, UserAccounts } from "@effect-glowmarkt/core"
 * import { Effect } from "effect"
 *
 * const accountId = Identifier.AccountId.make("ffe4f42e-7c1a-4ea3-9ec8-087d4a1071e6")
 *
 * const test = Effect.gen(function* () {
 *   const user = yield* UserAccounts.UserAccounts
 *   yield* user.changeEmail("scotty@enterprise.example")
 *   const admin = yield* AdminAccounts.AdminAccounts
 *   return (yield* admin.get(accountId)).email
 * }).pipe(Effect.provide(AccountsTest.layerUserOf({ accountId, status: "active", active: true })))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerUserOf = (
  account: Account,
  { others = [], password }: UserOptions = {}
): Layer.Layer<UserAccounts | AdminAccounts | TestAccounts> => {
  const passwords = new Map(password === undefined ? [] : [[account.accountId, password]])
  return Layer.effectContext(
    Effect.map(accountsInMemory.make([account, ...others], passwords), ({ admin, ...test }) =>
      Context.make(AdminAccounts, admin).pipe(
        Context.add(UserAccounts, test.userOf(account.accountId)),
        Context.add(TestAccounts, test)
      )
    )
  )
}

/**
 * The fields of an error. Each of them is optional.
 *
 * @since 0.1.0
 * @category models
 */
export type Fields<Tag extends GlowmarktError["_tag"]> = failures.Fields<Tag>

/**
 * Makes an error with a given tag and plausible values for the other fields. The error is also an
 * effect that fails with it, so a method can return it. A method accepts only the errors that its
 * operation can fail with.
 *
 * @example
 * ```ts
 * import { AccountsTest } from "@effect-glowmarkt/core"
 *
 * const Failing = AccountsTest.layerAdmin({
 *   list: AccountsTest.failure("ServerError", { status: 503 }),
 *   get: (accountId) => AccountsTest.failure("AccountNotFound", { accountId })
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const failure = <Tag extends GlowmarktError["_tag"]>(
  tag: Tag,
  fields?: Fields<Tag>
): Extract<GlowmarktError, { readonly _tag: Tag }> => failures.constructors[tag](fields)
