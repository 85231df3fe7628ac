import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import * as Ref from "effect/Ref"
import * as Stream from "effect/Stream"
import type { Account, AccountStatus } from "../../Account.js"
import * as AccountApi from "../../AccountApi.js"
import type { AdminAccountsService } from "../../AdminAccounts.js"
import { InvalidInput } from "../../GlowmarktError.js"
import { AccountId } from "../../Identifier.js"
import * as Operation from "../../Operation.js"
import type { UserAccountsService } from "../../UserAccounts.js"
import { constructors } from "./failures.js"

interface Entry {
  readonly account: Account
  /** The password of the user. If it is undefined, any password is accepted. */
  readonly password: Redacted.Redacted | undefined
  readonly mobileAppTokens: ReadonlyArray<Redacted.Redacted>
}

// The provider's own minimum is unknown.
const minimumPasswordLength = 8

const operations = {
  add: Operation.compile(AccountApi.addAccount),
  get: Operation.compile(AccountApi.getAccountById),
  rename: Operation.compile(AccountApi.updateAccount),
  remove: Operation.compile(AccountApi.deleteAccount),
  status: Operation.compile(AccountApi.getAccountStatusById),
  ownStatus: Operation.compile(AccountApi.getAccountStatusByUserToken),
  changeEmail: Operation.compile(AccountApi.userChangeEmail),
  changeName: Operation.compile(AccountApi.userChangeName),
  changePassword: Operation.compile(AccountApi.userChangePassword),
  addMobileAppToken: Operation.compile(AccountApi.addMobileAppToken),
  removeMobileAppToken: Operation.compile(AccountApi.removeMobileAppToken)
}

/** Rejects invalid input with the error of the client, which checks it before sending. */
const validated = <A, E>(
  { name, prepare }: Operation.Any,
  input: Parameters<Operation.Any["prepare"]>[0],
  effect: Effect.Effect<A, E>
): Effect.Effect<A, E | InvalidInput> =>
  Either.match(prepare(input), {
    onLeft: (problem): Effect.Effect<A, E | InvalidInput> => new InvalidInput({ operation: name, problem }),
    onRight: () => effect
  })

const isSame = (one: Redacted.Redacted, other: Redacted.Redacted) => Redacted.value(one) === Redacted.value(other)

const statusOf = ({ email: _, name: __, userId: ___, username: ____, ...status }: Account): AccountStatus => status

const newEntry = (account: Account): Entry => ({ account, password: undefined, mobileAppTokens: [] })

/** Makes the services of an administrator and of each user, over the same accounts in memory. */
export const make = (accounts: ReadonlyArray<Account>, passwords: ReadonlyMap<AccountId, Redacted.Redacted>) =>
  Effect.map(
    Ref.make<ReadonlyMap<AccountId, Entry>>(
      new Map(
        accounts.map((account) => [
          account.accountId,
          { ...newEntry(account), password: passwords.get(account.accountId) }
        ])
      )
    ),
    (entries) => {
      let added = 0

      const put = (entry: Entry) => Ref.update(entries, (all) => new Map(all).set(entry.account.accountId, entry))

      const find = ({ name }: Operation.Any, accountId: AccountId) =>
        Effect.flatMap(Ref.get(entries), (all) =>
          Effect.mapError(Effect.fromNullable(all.get(accountId)), () =>
            constructors.AccountNotFound({ operation: name, accountId })
          )
        )

      const change = (operation: Operation.Any, accountId: AccountId, fields: Partial<Account>) =>
        Effect.gen(function* () {
          const entry = yield* find(operation, accountId)
          const account = { ...entry.account, ...fields, updatedAt: yield* DateTime.now }
          yield* put({ ...entry, account })
          return account
        })

      const all = Effect.map(Ref.get(entries), (all) => [...all.values()].map(({ account }) => account))

      const admin: AdminAccountsService = {
        list: Effect.map(all, (accounts) => ({ accounts, unreadable: [] })),
        stream: Stream.map(Stream.fromIterableEffect(all), (account) => Either.right(account)),
        get: (accountId) =>
          validated(
            operations.get,
            { path: { accountId } },
            Effect.map(find(operations.get, accountId), ({ account }) => account)
          ),
        status: (accountId) =>
          validated(
            operations.status,
            { path: { accountId } },
            Effect.map(find(operations.status, accountId), ({ account }) => statusOf(account))
          ),
        add: (user) =>
          validated(
            operations.add,
            { payload: user },
            Effect.gen(function* () {
              const accountId = AccountId.make(`test-${++added}`)
              const now = yield* DateTime.now
              yield* put(
                newEntry({ ...user, accountId, status: "active", active: true, createdAt: now, updatedAt: now })
              )
              return { accountId, status: "OK" }
            })
          ),
        rename: (accountId, name) =>
          validated(
            operations.rename,
            { path: { accountId }, payload: { name } },
            change(operations.rename, accountId, { name })
          ),
        remove: (accountId) =>
          validated(
            operations.remove,
            { path: { accountId } },
            Effect.as(change(operations.remove, accountId, { status: "inactive", active: false }), {
              valid: true,
              accountId,
              status: "inactive" as const
            })
          )
      }

      const userOf = (own: AccountId): UserAccountsService => {
        const denied = ({ name }: Operation.Any) => constructors.AccessDenied({ operation: name, caller: "userToken" })

        // These operations do not declare a 404. Without an account the token would not be valid,
        // either.
        const ownEntry = (operation: Operation.Any) => Effect.mapError(find(operation, own), () => denied(operation))

        const changeOwn = (operation: Operation.Any, fields: Partial<Account>) =>
          Effect.mapError(Effect.asVoid(change(operation, own, fields)), () => denied(operation))

        const changeTokens = (
          operation: Operation.Any,
          accountId: AccountId,
          change: (tokens: Entry["mobileAppTokens"]) => Entry["mobileAppTokens"]
        ) =>
          Effect.flatMap(ownEntry(operation), (entry) =>
            accountId === own
              ? put({ ...entry, mobileAppTokens: change(entry.mobileAppTokens) })
              : Effect.fail(denied(operation))
          )

        return {
          status: Effect.map(find(operations.ownStatus, own), ({ account }) => statusOf(account)),
          changeEmail: (email) =>
            validated(operations.changeEmail, { payload: { email } }, changeOwn(operations.changeEmail, { email })),
          changeName: (name) =>
            validated(operations.changeName, { payload: { name } }, changeOwn(operations.changeName, { name })),
          changePassword: ({ newPassword, oldPassword }) =>
            validated(
              operations.changePassword,
              { payload: { newPassword, oldPassword } },
              Effect.gen(function* () {
                const entry = yield* ownEntry(operations.changePassword)
                if (entry.password !== undefined && !isSame(entry.password, oldPassword)) {
                  return yield* denied(operations.changePassword)
                }
                if (Redacted.value(newPassword).length < minimumPasswordLength) {
                  return yield* constructors.WeakPassword({ operation: operations.changePassword.name })
                }
                yield* put({ ...entry, password: newPassword })
              })
            ),
          addMobileAppToken: (accountId, newToken) =>
            validated(
              operations.addMobileAppToken,
              { path: { accountId }, payload: { newToken } },
              changeTokens(operations.addMobileAppToken, accountId, (tokens) => [...tokens, newToken])
            ),
          removeMobileAppToken: (accountId, removeToken) =>
            validated(
              operations.removeMobileAppToken,
              { path: { accountId }, payload: { removeToken } },
              changeTokens(operations.removeMobileAppToken, accountId, (tokens) =>
                tokens.filter((token) => !isSame(token, removeToken))
              )
            )
        }
      }

      const mobileAppTokens = (accountId: AccountId) =>
        Effect.map(Ref.get(entries), (all) => all.get(accountId)?.mobileAppTokens ?? [])

      return { admin, accounts: all, userOf, mobileAppTokens }
    }
  )
