import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { AdminAccounts, AppKeys, FetchAccounts, Identifier, UserAccounts, UserToken } from "@effect-glowmarkt/core"
import { Announcement, Simulator } from "@effect-glowmarkt/simulator"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { build } from "esbuild"
import * as Chromium from "../../workshop/chromium.js"
import { serving } from "./support/Sockets.js"

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
  it.effect("layerAdmin uses fetch and the given base URL", () => {
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

  it.effect("layerUser uses fetch and Glowmarkt's base URL by default", () => {
    const urls: Array<string> = []
    const Accounts = FetchAccounts.layerUser(UserToken.layer({ token: Redacted.make("t"), applicationId }))
    return Effect.gen(function* () {
      const user = yield* UserAccounts.UserAccounts
      assert.strictEqual((yield* user.status).status, "active")
      assert.deepStrictEqual(urls, ["https://api.glowmarkt.com/api/v0-1/account/status"])
    }).pipe(Effect.provide(Accounts), Effect.provide(answering({ status: "active" }, urls)))
  })
})

const script = `
  import { AdminAccounts, AppKeys, FetchAccounts, RetryPolicy } from "@effect-glowmarkt/core"
  import { Effect, Redacted } from "effect"
  globalThis.list = ({ key, secret, url }) => {
    const Accounts = FetchAccounts.layerAdmin(AppKeys.layer({ key, secret: Redacted.make(secret) }), { baseUrl: url, retry: RetryPolicy.none })
    return Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => admin.list).pipe(
      Effect.match({
        onSuccess: ({ accounts }) => accounts.length + " accounts",
        onFailure: ({ code, message, status }) => [code, status, message].join(" ")
      }),
      Effect.provide(Accounts),
      Effect.runPromise
    )
  }`

const bundled = Effect.promise(() =>
  build({
    stdin: { contents: script, resolveDir: import.meta.dirname },
    bundle: true,
    format: "iife",
    platform: "browser",
    conditions: ["source"],
    write: false
  })
)

describe.skipIf(Chromium.executable === undefined)(`FetchAccounts in a browser (${Chromium.howToHave})`, () => {
  it.scopedLive(
    "calls the simulator from a page of another origin, and reports errors that CORS may hide",
    () =>
      Effect.gen(function* () {
        const { outputFiles } = yield* bundled
        const pages = yield* serving((_, __, response) => {
          response.setHeader("content-type", "text/html; charset=utf-8")
          response.end(`<!doctype html><script>${outputFiles[0]?.text}</script>`)
        })
        // Responds, but allows no other origin.
        const closed = yield* serving((_, __, response) => {
          response.setHeader("content-type", "application/json").end("[]")
        })
        const { browser } = yield* Chromium.Chromium
        const page = yield* Effect.promise(() => browser.newPage())
        yield* Effect.promise(() => page.goto(`http://127.0.0.1:${pages}`))
        const list = (options: { readonly key: string; readonly secret: string; readonly url: string }) =>
          Effect.promise(() => page.evaluate<string>(`list(${JSON.stringify(options)})`))
        const { appKeys, url } = yield* Announcement.make
        assert.strictEqual(yield* list({ ...appKeys, url }), "7 accounts")
        assert.match(yield* list({ ...appKeys, url, secret: "wrong" }), /^ 401 admin.list: Access denied/)
        assert.match(
          yield* list({ ...appKeys, url: `http://127.0.0.1:${closed}` }),
          /^CORS_OR_NETWORK .*does not allow requests from this page \(CORS\)/
        )
      }).pipe(Effect.provide([Chromium.layer, Simulator.layer({ accounts: 7 })])),
    60_000
  )
})
