import { assert, describe, it } from "@effect/vitest"
import { Account, AccountList, AdminAccounts } from "@effect-glowmarkt/core"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Callers from "./support/Callers.js"
import * as Wire from "./support/Wire.js"

const { accountId } = Callers

const listing = (elements: ReadonlyArray<unknown>) =>
  Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => admin.list).pipe(
    Effect.provide(Callers.adminOver(Wire.make(() => Wire.json(elements))))
  )

describe("AccountList", () => {
  it.effect("accepts responses in the form that the live API sends", () =>
    Effect.gen(function* () {
      const { accounts, unreadable } = yield* listing([
        { accountId },
        { accountId, email: null, name: null, updatedAt: null },
        { accountId, status: "unverified", somethingNew: { deep: [1] } },
        { accountId, status: "active", active: true, createdAt: "2019-03-22T09:24:28.000Z" }
      ])
      assert.lengthOf(unreadable, 0)
      assert.deepStrictEqual(
        accounts.map(({ email, status }): object => ({ email, status })),
        [
          { email: undefined, status: undefined },
          { email: undefined, status: undefined },
          { email: undefined, status: "unverified" },
          { email: undefined, status: "active" }
        ]
      )
    })
  )

  it.effect("reports an invalid element and decodes the others", () =>
    Effect.gen(function* () {
      const { accounts, unreadable } = yield* listing([
        { name: "no id" },
        { accountId },
        { accountId: "x/../y" },
        { accountId, active: "yes", email: "private@example.com" },
        null,
        { accountId, active: "yes", createdAt: "not a date", name: "Flat 3" }
      ])
      assert.lengthOf(accounts, 1)
      assert.deepStrictEqual(unreadable, [
        { index: 0, accountId: Option.none(), problem: "accountId is missing" },
        { index: 2, accountId: Option.some("x/../y"), problem: "accountId has the wrong type" },
        {
          index: 3,
          accountId: Option.some(accountId),
          problem: "active has the wrong type",
          readable: { accountId, email: "private@example.com" }
        },
        { index: 4, accountId: Option.none(), problem: "the JSON does not have the expected shape" },
        {
          index: 5,
          accountId: Option.some(accountId),
          problem: "active has the wrong type",
          readable: { accountId, name: "Flat 3" }
        }
      ])
    })
  )

  it.prop(
    "puts every element into exactly one of the two arrays",
    [FastCheck.array(FastCheck.jsonValue())],
    ([elements]) => {
      const { accounts, unreadable } = Either.getOrThrow(AccountList.decode(elements))
      assert.strictEqual(accounts.length + unreadable.length, elements.length)
    }
  )
})

describe("empty fields of a response", () => {
  it.effect("are treated as absent, and deep JSON does not overflow the stack", () =>
    Effect.gen(function* () {
      const deep = `${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`
      const body = `[{"accountId":"a1","directoryId":"","createdAt":"","applicationId":null},{"accountId":"a2","extra":${deep}}]`
      const { accounts, unreadable } = yield* Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => admin.list).pipe(
        Effect.provide(Callers.adminOver(Wire.make(() => ({ status: 200, body }))))
      )
      assert.lengthOf(unreadable, 0)
      assert.deepStrictEqual<object | undefined>(accounts[0], { accountId: "a1" })
    })
  )
})

describe("Account schemas", () => {
  const survives = <A, I>(name: string, schema: Schema.Schema<A, I>) =>
    it.prop(`${name} survives encoding and decoding`, [Schema.typeSchema(schema)], ([value]) => {
      const encoded = Schema.encodeSync(schema)(value)
      const read = Schema.decodeUnknownSync(schema)(JSON.parse(JSON.stringify(encoded)))
      assert.deepStrictEqual(Schema.encodeSync(schema)(read), encoded)
    })

  survives("Account", Account.Account)
  survives("AccountStatus", Account.AccountStatus)
  survives("AddedAccount", Account.AddedAccount)
  survives("DeletedAccount", Account.DeletedAccount)

  it("a status with neither field is refused", () => {
    assert.isTrue(Either.isLeft(Schema.decodeUnknownEither(Account.AccountStatus)({ accountId })))
  })
})
