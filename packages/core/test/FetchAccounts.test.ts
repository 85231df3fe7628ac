import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { AdminAccounts, AppKeys, FetchAccounts, Identifier, UserAccounts, UserToken } from "@effect-glowmarkt/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"

/** Responds to every request with this body and records the URLs. */
const answering = (body: unknown, urls: Array<string>) =>
  Layer.succeed(FetchHttpClient.Fetch, (url) => {
    urls.push(String(url))
    return Promise.resolve(
      new Response(JSON.stringify(body), { headers: { "content-type": "application/json; charset=utf-8" } })
    )
  })

const applicationId = Identifier.ApplicationId.make("0537b17c-ab62-491c-8085-9ac2b6206346")

describe("FetchAccounts", () => {
  it.effect("layerAdmin calls over fetch, at the given address", () => {
    const urls: Array<string> = []
    const Accounts = FetchAccounts.layerAdmin(AppKeys.layer({ key: "k", secret: Redacted.make("s") }), {
      baseUrl: "https://glowmarkt.example/v1"
    })
    return Effect.gen(function* () {
      const admin = yield* AdminAccounts.AdminAccounts
      assert.deepStrictEqual((yield* admin.list).accounts, [])
      assert.deepStrictEqual(urls, ["https://glowmarkt.example/v1/account"])
    }).pipe(Effect.provide(Accounts), Effect.provide(answering([], urls)))
  })

  it.effect("layerUser calls over fetch, at Glowmarkt's own address unless the environment names another", () => {
    const urls: Array<string> = []
    const Accounts = FetchAccounts.layerUser(UserToken.layer({ token: Redacted.make("t"), applicationId }))
    return Effect.gen(function* () {
      const user = yield* UserAccounts.UserAccounts
      assert.strictEqual((yield* user.status).status, "active")
      assert.deepStrictEqual(urls, ["https://api.glowmarkt.com/api/v0-1/account/status"])
    }).pipe(Effect.provide(Accounts), Effect.provide(answering({ status: "active" }, urls)))
  })
})
