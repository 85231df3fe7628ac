import { assert, describe, it } from "@effect/vitest"
import { AdminAccounts, AppKeys, DevUserToken } from "@effect-glowmarkt/core"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as Callers from "./support/Callers.js"
import * as Wire from "./support/Wire.js"

const secret = 's3cret "quoted" of ours'
const token = "eyJhbGciOiJIUzI1NiJ9.eyJ0b2tlbkhhc2giOiJ4In0.c2ln"
const callers = {
  appKeys: [AppKeys.layer({ key: "app", secret: Redacted.make(secret) }), [secret, btoa(`app:${secret}`)]],
  devUserToken: [DevUserToken.layer({ token: Redacted.make(token), applicationId: Callers.applicationId }), [token]]
} as const

describe("redactCredentials", () => {
  for (const [scheme, [credentials, secrets]] of Object.entries(callers)) {
    for (const echoed of secrets) {
      it.effect(`removes echoed credentials from results: ${scheme}, ${echoed.slice(0, 8)}…`, () => {
        const account = { accountId: "a1", applicationId: Callers.applicationId, name: `${echoed}!`, email: "a@b.c" }
        const list = [account, { accountId: echoed }]
        const wire = Wire.make((request) => {
          const text = JSON.stringify(request.url.endsWith("/account") ? list : account)
          // In chunks that split the credential.
          return { status: 200, body: text.match(/.{1,7}/gs) ?? [] }
        })
        return Effect.gen(function* () {
          const admin = yield* AdminAccounts.AdminAccounts
          const { accounts, unreadable } = yield* admin.list
          const streamed = yield* Stream.runCollect(admin.stream)
          const got = yield* admin.get(Callers.accountId).pipe(Effect.flip)
          assert.strictEqual(accounts[0]?.name, "[redacted]!")
          assert.strictEqual(accounts[0]?.applicationId, Callers.applicationId)
          assert.strictEqual(streamed.length, 2)
          const all = JSON.stringify([accounts, unreadable, [...streamed].map(Either.merge), got])
          assert.notInclude(all, JSON.stringify(echoed).slice(1, -1))
        }).pipe(Effect.provide(Callers.adminOver(wire, credentials)))
      })
    }
  }

  it.effect("keeps data that equals a short secret", () => {
    const wire = Wire.make(() => Wire.json([{ accountId: "a1", name: "active" }]))
    const credentials = AppKeys.layer({ key: "app", secret: Redacted.make("active") })
    return Effect.gen(function* () {
      const admin = yield* AdminAccounts.AdminAccounts
      assert.strictEqual((yield* admin.list).accounts[0]?.name, "active")
    }).pipe(Effect.provide(Callers.adminOver(wire, credentials)))
  })
})
