import { assert, describe, it } from "@effect/vitest"
import { AccountApi, AdminAccounts, Identifier, Operation } from "@effect-glowmarkt/core"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Schema from "effect/Schema"
import * as Callers from "./support/Callers.js"
import * as Wire from "./support/Wire.js"

const isAccountId = Schema.is(Identifier.AccountId)

describe("AccountId", () => {
  const hostile = [
    "../x",
    "a/b",
    "status",
    "Status",
    "email",
    "name",
    "changepassword",
    "%2e%2e",
    "..",
    ".",
    "",
    " ",
    "a?b",
    "a#b",
    "a\\b",
    "a\nb",
    "a;b",
    "ä",
    "a".repeat(129)
  ]

  for (const id of hostile) {
    it(`refuses ${JSON.stringify(id.slice(0, 20))}`, () => {
      assert.isFalse(isAccountId(id))
    })
  }

  it.prop("an accepted id stays one segment of the URL", [FastCheck.string()], ([text]) => {
    if (!isAccountId(text)) return
    const url = new URL(`https://glow.test/account/${text}/status`)
    assert.deepStrictEqual(url.pathname.split("/"), ["", "account", text, "status"])
  })

  it.prop("accepts every UUID", [FastCheck.uuid()], ([uuid]) => {
    assert.isTrue(isAccountId(uuid))
  })

  it("names the problem and the expected form", () => {
    const decoded = Schema.decodeUnknownEither(Identifier.AccountId)("a/b")
    assert.isTrue(Either.isLeft(decoded))
    if (Either.isLeft(decoded)) assert.include(decoded.left.message, `"a/b" is not an account id`)
  })

  it.effect("reports an invalid input id without quoting it", () => {
    const wire = Wire.make(() => Wire.json({ accountId: Callers.accountId }))
    return Effect.gen(function* () {
      const admin = yield* AdminAccounts.AdminAccounts
      const problems = yield* Effect.forEach(["scotty@example.com", "../x", "status", 7, { deep: "scotty" }], (id) =>
        // A JavaScript program could do this.
        Effect.map(Effect.flip(admin.get(id as Identifier.AccountId)), ({ message }) => message)
      )
      for (const message of problems) assert.match(message, /^admin.get: Not sent: accountId: /)
      assert.include(problems[0], `"…@….…" is not an account id: expected a UUID (letters, digits`)
      assert.include(problems[1], `"../…" is not an account id`)
      assert.include(problems[2], "not one of status")
      assert.notMatch(problems.join(), /scotty|example/)
      assert.lengthOf(wire.seen, 0)
    }).pipe(Effect.provide(Callers.adminOver(wire)))
  })

  it.effect("refuses an id that was cast to the type before anything is sent", () => {
    const wire = Wire.make(() => Wire.json({ status: "active" }))
    return Effect.gen(function* () {
      const admin = yield* AdminAccounts.AdminAccounts
      // A JavaScript program could do this.
      const forged = JSON.parse('"../../auth"')
      const error = yield* Effect.flip(admin.status(forged))
      assert.strictEqual(error._tag, "InvalidInput")
      assert.lengthOf(wire.seen, 0)
    }).pipe(Effect.provide(Callers.adminOver(wire)))
  })

  it("percent-encodes a path parameter even if its schema accepts any text", () => {
    const operation = Operation.compile(AccountApi.getAccountById.setPath(Schema.Struct({ accountId: Schema.String })))
    const prepared = operation.prepare({ path: { accountId: "a/../b?c#d%2e" } })
    assert.strictEqual(Either.getOrThrow(prepared).path, "/account/a%2F..%2Fb%3Fc%23d%252e")
    for (const escape of ["", ".", "..", "\ud800"]) {
      assert.isTrue(Either.isLeft(operation.prepare({ path: { accountId: escape } })), JSON.stringify(escape))
    }
  })
})

describe("ApplicationIdInput", () => {
  const decode = Schema.decodeEither(Identifier.ApplicationIdInput)

  it("accepts a UUID in any case, with spaces around it", () => {
    assert.deepStrictEqual(decode(` ${Callers.applicationId.toUpperCase()} `), Either.right(Callers.applicationId))
  })

  for (const text of ["", "another", "0537b17c", `${Callers.applicationId}x`]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      const decoded = decode(text)
      assert.isTrue(Either.isLeft(decoded))
      if (Either.isLeft(decoded)) {
        assert.include(decoded.left.message, `${JSON.stringify(text)} is not an application id: expected a UUID`)
      }
    })
  }
})

describe("isSame", () => {
  it("ignores the case of UUIDs but not of other ids", () => {
    assert.isTrue(Identifier.isSame(Callers.accountId, Callers.accountId.toUpperCase()))
    assert.isFalse(Identifier.isSame("abc", "ABC"))
  })
})
