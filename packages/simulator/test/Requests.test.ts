import { assert, describe, it } from "@effect/vitest"
import { Simulator } from "@effect-glowmarkt/simulator"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { call, headers, ordinary } from "./call.js"

describe("Requests", () => {
  it.effect("records requests without secrets", () =>
    Effect.gen(function* () {
      const { population, requests } = yield* Simulator.Simulator
      const member = yield* ordinary(0)
      const { appKeys, applicationId, orgAppKeys } = yield* headers
      yield* call("GET", `/account/${member.accountId}/status?x=1`, { headers: appKeys })
      yield* call("DELETE", `/account/${member.accountId}`, { headers: { token: "stale", ...applicationId } })
      yield* call("GET", "/account", { headers: { ...orgAppKeys, ...applicationId } })
      yield* call("GET", "/nothing")
      const latest = yield* requests.latest
      assert.deepStrictEqual(
        latest.map(({ accountId, operation, path, presented, status }) => [
          Option.getOrNull(operation),
          Option.getOrNull(accountId),
          path,
          presented,
          Option.getOrNull(status)
        ]),
        [
          ["getAccountStatusById", member.accountId, `/api/v0-1/account/${member.accountId}/status`, ["appKeys"], 200],
          ["deleteAccount", member.accountId, `/api/v0-1/account/${member.accountId}`, ["wrong", "applicationId"], 401],
          ["getAccounts", null, "/api/v0-1/account", ["orgAppKeys", "applicationId"], 200],
          [null, null, "/api/v0-1/nothing", [], 404]
        ]
      )
      assert.strictEqual(yield* requests.count("getAccounts"), 1)
      assert.strictEqual(yield* requests.unmatched, 1)
      const secret = Redacted.value(population.credentials.appKeys.secret)
      assert.notInclude(JSON.stringify(latest), secret)
    }).pipe(Effect.provide(Simulator.layer()))
  )

  it.effect("counts concurrent requests", () =>
    Effect.gen(function* () {
      const { requests } = yield* Simulator.Simulator
      const keys = (yield* headers).appKeys
      yield* Effect.replicateEffect(call("GET", "/account", { headers: keys }), 20, { concurrency: 3 })
      assert.isAtMost(yield* requests.maxConcurrency, 3)
      assert.strictEqual(yield* requests.count("getAccounts"), 20)
    }).pipe(Effect.provide(Simulator.layer()))
  )
})
