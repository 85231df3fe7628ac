import { assert, describe, it } from "@effect/vitest"
import { AccountsTest, AdminAccounts, GlowmarktError, Identifier, UserAccounts } from "@effect-glowmarkt/core"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"

const accountId = Identifier.AccountId.make("a1")
const other = Identifier.AccountId.make("a2")
const unknown = Identifier.AccountId.make("unknown")
const directoryId = Identifier.DirectoryId.make("d")

const own = { accountId, status: "active", active: true, name: "Scott" } as const
const others = [{ accountId: other, status: "active", active: true }] as const

const tag = (effect: Effect.Effect<unknown, { readonly _tag: string }>) =>
  Effect.map(Effect.flip(effect), (error) => error._tag)

describe("layerAdmin", () => {
  it.effect("names a method that the test does not provide", () =>
    Effect.gen(function* () {
      const admin = yield* AdminAccounts.AdminAccounts
      assert.deepStrictEqual(yield* admin.list, { accounts: [], unreadable: [] })
      const exit = yield* Effect.exit(admin.get(accountId))
      assert.isTrue(Exit.isFailure(exit) && String(exit.cause).includes("get was called"))
    }).pipe(Effect.provide(AccountsTest.layerAdmin({ list: Effect.succeed({ accounts: [], unreadable: [] }) })))
  )
})

describe("layerAdminOf", () => {
  it.effect("makes writes visible to later reads", () =>
    Effect.gen(function* () {
      const admin = yield* AdminAccounts.AdminAccounts
      assert.strictEqual((yield* admin.rename(accountId, "Scotty")).name, "Scotty")
      assert.strictEqual((yield* admin.get(accountId)).name, "Scotty")
      yield* admin.remove(accountId)
      assert.strictEqual((yield* admin.status(accountId)).status, "inactive")
      const added = yield* admin.add({ username: "kirk", directoryId })
      assert.strictEqual((yield* admin.get(added.accountId)).username, "kirk")
      const ids = [accountId, added.accountId]
      const listed = (yield* admin.list).accounts
      assert.deepStrictEqual(
        listed.map((account) => account.accountId),
        ids
      )
      const streamed = yield* Stream.runCollect(Stream.filterMap(admin.stream, Either.getRight))
      assert.deepStrictEqual([...streamed], listed)
    }).pipe(Effect.provide(AccountsTest.layerAdminOf([own])))
  )

  it.effect("fails for an unknown id and for invalid input, as the client does", () =>
    Effect.gen(function* () {
      const admin = yield* AdminAccounts.AdminAccounts
      for (const call of [admin.get(unknown), admin.status(unknown), admin.rename(unknown, "x"), admin.remove(unknown)])
        assert.strictEqual(yield* tag(call), "AccountNotFound")
      const invalid = Identifier.AccountId.make("not an id", { disableValidation: true })
      for (const call of [
        admin.get(invalid),
        admin.status(invalid),
        admin.rename(accountId, " blank"),
        admin.remove(invalid),
        admin.add({ username: "", directoryId })
      ])
        assert.strictEqual(yield* tag(call), "InvalidInput")
      assert.deepStrictEqual((yield* admin.list).accounts, [own])
    }).pipe(Effect.provide(AccountsTest.layerAdminOf([own])))
  )

  it.effect("gives each test its own accounts", () => {
    const Accounts = AccountsTest.layerAdminOf([own])
    const rename = Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => admin.rename(accountId, "Scotty"))
    const read = Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => admin.get(accountId))
    return Effect.gen(function* () {
      yield* Effect.provide(rename, Accounts)
      assert.strictEqual((yield* Effect.provide(read, Accounts)).name, "Scott")
    })
  })
})

describe("layerUserOf", () => {
  const password = Redacted.make("beam-me-up")
  const Accounts = AccountsTest.layerUserOf(own, { password, others })

  it.effect("makes a user's writes visible to the user and the administrator", () =>
    Effect.gen(function* () {
      const user = yield* UserAccounts.UserAccounts
      const admin = yield* AdminAccounts.AdminAccounts
      yield* user.changeName("Scotty")
      yield* user.changeEmail("scotty@enterprise.example")
      const { email, name } = yield* admin.get(accountId)
      assert.deepStrictEqual([name, email], ["Scotty", "scotty@enterprise.example"])
      assert.strictEqual((yield* user.status).status, "active")
      yield* admin.remove(accountId)
      assert.strictEqual((yield* user.status).status, "inactive")
    }).pipe(Effect.provide(Accounts))
  )

  it.effect("changes a password only with the correct old one and a new one that is long enough", () =>
    Effect.gen(function* () {
      const user = yield* UserAccounts.UserAccounts
      const change = (oldPassword: string, newPassword: string) =>
        user.changePassword({ oldPassword: Redacted.make(oldPassword), newPassword: Redacted.make(newPassword) })
      assert.strictEqual(yield* tag(change("wrong", "warp-nine-9")), "AccessDenied")
      assert.strictEqual(yield* tag(change("beam-me-up", "short")), "WeakPassword")
      assert.strictEqual(yield* tag(change("beam-me-up", "")), "InvalidInput")
      yield* change("beam-me-up", "warp-nine-9")
      assert.strictEqual(yield* tag(change("beam-me-up", "warp-nine-9")), "AccessDenied")
    }).pipe(Effect.provide(Accounts))
  )

  it.effect("accepts any old password by default", () =>
    Effect.gen(function* () {
      const user = yield* UserAccounts.UserAccounts
      yield* user.changePassword({ oldPassword: password, newPassword: Redacted.make("warp-nine-9") })
      yield* user.changePassword({
        oldPassword: Redacted.make("warp-nine-9"),
        newPassword: Redacted.make("impulse-power")
      })
    }).pipe(Effect.provide(AccountsTest.layerUserOf(own)))
  )

  it.effect("stores mobile app tokens only for the user's own account", () =>
    Effect.gen(function* () {
      const user = yield* UserAccounts.UserAccounts
      const test = yield* AccountsTest.TestAccounts
      const [old, next] = [Redacted.make("t1"), Redacted.make("t2")]
      yield* user.addMobileAppToken(accountId, old)
      yield* user.addMobileAppToken(accountId, next)
      yield* user.removeMobileAppToken(accountId, old)
      assert.deepStrictEqual((yield* test.mobileAppTokens(accountId)).map(Redacted.value), ["t2"])
      assert.strictEqual(yield* tag(user.addMobileAppToken(other, next)), "AccessDenied")
      yield* test.userOf(other).addMobileAppToken(other, next)
      assert.deepStrictEqual((yield* test.mobileAppTokens(other)).map(Redacted.value), ["t2"])
    }).pipe(Effect.provide(Accounts))
  )

  it.effect("refuses invalid input, as the client does", () =>
    Effect.gen(function* () {
      const user = yield* UserAccounts.UserAccounts
      const test = yield* AccountsTest.TestAccounts
      const before = yield* test.accounts
      for (const call of [
        user.changeName(" Scotty"),
        user.changeEmail("no address"),
        user.addMobileAppToken(accountId, Redacted.make(""))
      ])
        assert.strictEqual(yield* tag(call), "InvalidInput")
      assert.deepStrictEqual(yield* test.accounts, before)
    }).pipe(Effect.provide(Accounts))
  )
})

describe("failure", () => {
  it.effect("returns an error that is also a failing effect, for every tag", () =>
    Effect.gen(function* () {
      for (const { _tag: name } of GlowmarktError.GlowmarktError.members) {
        const error = AccountsTest.failure(name)
        assert.isTrue(GlowmarktError.isGlowmarktError(error), name)
        assert.strictEqual(error._tag, name)
        assert.isAbove(error.message.length, 10)
        const failing: Effect.Effect<never, GlowmarktError.GlowmarktError> = error
        assert.strictEqual(yield* Effect.flip(failing), error)
      }
    })
  )

  it.effect("accepts the fields that matter to the test", () =>
    Effect.gen(function* () {
      const admin = yield* AdminAccounts.AdminAccounts
      const unavailable = yield* Effect.flip(admin.list)
      assert.propertyVal(unavailable, "status", 501)
      assert.isFalse(unavailable.isTransient)
      assert.include((yield* Effect.flip(admin.get(accountId))).message, "account a1")
      assert.strictEqual(yield* tag(Stream.runDrain(admin.stream)), "TransportError")
    }).pipe(
      Effect.provide(
        AccountsTest.layerAdmin({
          list: AccountsTest.failure("ServerError", { status: 501 }),
          get: (accountId) => AccountsTest.failure("AccountNotFound", { accountId }),
          stream: Stream.fail(AccountsTest.failure("TransportError"))
        })
      )
    )
  )
})
