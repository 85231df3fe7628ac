import { assert, layer } from "@effect/vitest"
import { Simulator } from "@effect-glowmarkt/simulator"
import * as Effect from "effect/Effect"
import { call, headers, ordinary, session } from "./call.js"

const missing = { error: "missing elements" }
const incorrect = { error: "incorrect elements" }

layer(Simulator.layer({ accounts: 20 }))("Responses", (it) => {
  const admin = Effect.map(headers, ({ appKeys }) => appKeys)

  it.effect("rejects invalid bodies with the error of each operation", () =>
    Effect.gen(function* () {
      const member = yield* ordinary(0)
      const user = yield* session(member)
      const keys = yield* admin
      const id = (yield* headers).applicationId
      const path = `/account/${member.accountId}`
      const cases: ReadonlyArray<readonly [string, string, Record<string, string>, unknown, unknown]> = [
        ["POST", "/account", keys, {}, missing],
        ["POST", "/account", keys, { username: "u" }, missing],
        ["POST", "/account", keys, { username: 1, directoryId: "d" }, missing],
        ["POST", "/account", keys, "", missing],
        ["POST", "/account", keys, [], missing],
        ["POST", "/account", keys, '"text"', missing],
        ["PUT", path, keys, {}, missing],
        ["PUT", path, keys, { name: "" }, missing],
        ["POST", "/account/email", user, {}, incorrect],
        ["POST", "/account/email", user, { email: "no address" }, incorrect],
        ["POST", "/account/name", user, { name: 7 }, incorrect],
        ["POST", "/account/changepassword", user, {}, missing],
        ["POST", "/account/changepassword", user, { oldPassword: 1, newPassword: 2 }, incorrect],
        ["POST", `${path}/mobileapptoken`, user, {}, missing],
        ["PUT", `${path}/mobileapptoken`, user, { removeToken: 1 }, incorrect],
        ["POST", "/auth", id, {}, missing],
        ["POST", "/auth", id, { username: "u" }, missing]
      ]
      for (const [method, target, sent, body, expected] of cases) {
        const answer = yield* call(method, target, { headers: sent, body })
        assert.deepStrictEqual(
          [answer.status, answer.body],
          [400, expected],
          `${method} ${target} ${JSON.stringify(body)}`
        )
      }
      const { state } = yield* Simulator.Simulator
      assert.deepStrictEqual(yield* state.writes, [])
    })
  )

  it.effect("rejects malformed JSON with 400", () =>
    Effect.gen(function* () {
      const answer = yield* call("POST", "/account", { headers: yield* admin, body: '{"username":' })
      assert.deepStrictEqual([answer.status, answer.body], [400, { error: "bad request", message: "bad request" }])
    })
  )

  it.effect("returns 404 with null for accounts that do not exist or cannot exist", () =>
    Effect.gen(function* () {
      const { population } = yield* Simulator.Simulator
      const options = { headers: yield* admin }
      const larger = "00000000-0000-4000-8000-000000000000"
      for (const id of [larger, "nobody", "a%20b", "..%2faccount", ""]) {
        for (const [method, suffix, body] of [
          ["GET", ""],
          ["GET", "/status"],
          ["DELETE", ""],
          ["PUT", "", { name: "Ada" }]
        ] as const) {
          const answer = yield* call(method, `/account/${id}${suffix}`, { ...options, body })
          assert.deepStrictEqual([answer.status, answer.text], [404, "null"], `${method} ${id}${suffix}`)
        }
      }
      assert.strictEqual(population.accounts, 20)
    })
  )

  it.effect("returns the HTML of Express for unknown routes", () =>
    Effect.gen(function* () {
      const options = { headers: yield* admin }
      for (const [method, path] of [
        ["GET", "/nothing?secret=x"],
        ["PATCH", "/account"],
        ["GET", "/Account"],
        ["GET", "/account/a/b/c"]
      ] as const) {
        const answer = yield* call(method, path, options)
        assert.strictEqual(answer.status, 404, path)
        assert.include(answer.text, `<pre>Cannot ${method} /api/v0-1${path.split("?")[0]}</pre>`)
        assert.include(answer.headers.get("content-type"), "text/html")
        assert.notInclude(answer.text, "secret")
      }
    })
  )

  it.effect("exposes no internals", () =>
    Effect.gen(function* () {
      const { requests } = yield* Simulator.Simulator
      const texts = [
        yield* call("POST", "/account", { headers: yield* admin, body: "{" }),
        yield* call("POST", "/account", { headers: yield* admin, body: { username: 1 } }),
        yield* call("GET", "/account/%00", { headers: yield* admin })
      ].map(({ text }) => text)
      for (const text of texts) {
        assert.notMatch(text, /_tag|HttpApi|Parse|Expected|node_modules|\.[jt]s/)
      }
      assert.isAbove((yield* requests.latest).length, 3)
    })
  )

  it.effect("serves the OpenAPI document, and a page that needs no network", () =>
    Effect.gen(function* () {
      const document = yield* call("GET", "/openapi.json")
      const { operations, servers } = Object(document.body).paths
        ? {
            operations: Object.values<object>(Object(document.body).paths).flatMap((path) => Object.keys(path)),
            servers: Object(document.body).servers
          }
        : { operations: [], servers: [] }
      assert.strictEqual(operations.length, 16)
      assert.deepStrictEqual(servers, [{ url: "/api/v0-1" }])
      const page = yield* call("GET", "/docs")
      assert.strictEqual(page.status, 200)
      assert.notMatch(page.text, /<(script|link|img)[^>]*\s(src|href)=/)
      assert.notMatch(page.text, /@import|url\(["']?https?:/)
      assert.include(page.text, "getAccountStatusbyId")
    })
  )
})
