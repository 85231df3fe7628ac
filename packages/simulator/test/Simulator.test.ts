import { Agent, get } from "node:http"
import { assert, describe, it } from "@effect/vitest"
import { Announcement, Faults, Simulator } from "@effect-glowmarkt/simulator"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { call, headers, ordinary, signIn } from "./call.js"

describe("Simulator", () => {
  it.effect("announces all that another process needs, on one line", () =>
    Effect.gen(function* () {
      const announcement = yield* Announcement.make
      const line = yield* Schema.encode(Announcement.Line)(announcement)
      assert.notInclude(line, "\n")
      assert.deepStrictEqual(yield* Schema.decode(Announcement.Line)(line), announcement)
      const { population, url } = yield* Simulator.Simulator
      assert.deepInclude(announcement, {
        url,
        accounts: 150,
        seed: 4,
        applicationId: population.credentials.applicationId
      })
      assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/api\/v0-1$/)
      assert.strictEqual(announcement.devUserToken, Redacted.value(population.credentials.devUserToken))
      assert.strictEqual(announcement.users.length, 5)
      for (const user of announcement.users) {
        const member = Option.getOrThrow(population.find(user.accountId))
        assert.strictEqual((yield* signIn(member, user.password)).status, 200)
      }
    }).pipe(Effect.provide(Simulator.layer({ accounts: 150, seed: 4 })))
  )

  it.effect("has no users to announce where there are no accounts", () =>
    Effect.gen(function* () {
      const { users } = yield* Announcement.make
      assert.deepStrictEqual(users, [])
      const empty = yield* call("GET", "/account", { headers: (yield* headers).appKeys })
      assert.deepStrictEqual(empty.body, [])
    }).pipe(Effect.provide(Simulator.layer({ accounts: 0 })))
  )

  it.effect("lists any number of accounts as one array", () =>
    Effect.forEach([1, 249, 250, 251, 500], (accounts) =>
      Effect.gen(function* () {
        const { body } = yield* call("GET", "/account", { headers: (yield* headers).appKeys })
        assert.isTrue(Array.isArray(body))
        assert.strictEqual(Object(body).length, accounts)
      }).pipe(Effect.provide(Simulator.layer({ accounts })))
    )
  )

  it.effect("says so when the port is taken", () =>
    Effect.gen(function* () {
      const { url } = yield* Simulator.Simulator
      const port = Number(new URL(url).port)
      const error = yield* Effect.flip(Effect.scoped(Layer.build(Layer.fresh(Simulator.layer({ port })))))
      assert.strictEqual(error._tag, "ListenError")
      assert.deepInclude(error, { port, reason: "PortInUse" })
      assert.strictEqual(
        error.message,
        `Cannot listen on 127.0.0.1:${port}: the port is in use. Choose another, or none for any free port`
      )
    }).pipe(Effect.provide(Simulator.layer()))
  )

  it.effect("says so when there is no such port", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Effect.scoped(Layer.build(Simulator.layer({ port: 70_000 }))))
      assert.deepInclude(error, { _tag: "ListenError", port: 70_000, reason: "Other" })
    })
  )

  it.effect("is gone at once, kept-alive and waiting connections included", () =>
    Effect.gen(function* () {
      const agent = new Agent({ keepAlive: true })
      const open = (url: string, token: string) =>
        Effect.async<string>((resume) => {
          get(url, { agent, headers: { authorization: token } }, (response) => {
            response.resume().on("end", () => resume(Effect.succeed("answered")))
          }).on("error", (error) => resume(Effect.succeed(`closed: ${error.message}`)))
        })
      const waiting = yield* Effect.gen(function* () {
        const { faults, requests, url } = yield* Simulator.Simulator
        const { accountId } = yield* ordinary(0)
        const keys = (yield* headers).appKeys.authorization
        assert.strictEqual(yield* open(`${url}/account/${accountId}/status`, keys), "answered")
        yield* faults.set([Faults.always({}, Faults.Hang({ when: "before" }))])
        const fiber = yield* Effect.forkDaemon(open(`${url}/account/${accountId}/status`, keys))
        yield* Effect.repeat(Effect.yieldNow(), {
          while: () => Effect.map(requests.count("getAccountStatusById"), (count) => count < 2)
        })
        return fiber
      }).pipe(Effect.provide(Simulator.layer()))
      assert.match(yield* waiting, /^closed/)
      agent.destroy()
    })
  )

  it.effect("two in one program know nothing of each other", () =>
    Effect.gen(function* () {
      const memoMap = yield* Layer.makeMemoMap
      const scope = yield* Effect.scope
      const one = yield* Layer.buildWithMemoMap(Simulator.layer({ seed: 1 }), memoMap, scope)
      const two = yield* Layer.buildWithMemoMap(Simulator.layer({ seed: 2 }), memoMap, scope)
      const keys = yield* Effect.map(Effect.provide(headers, one), ({ appKeys }) => appKeys)
      const list = call("GET", "/account", { headers: keys })
      assert.strictEqual((yield* Effect.provide(list, one)).status, 200)
      assert.strictEqual((yield* Effect.provide(list, two)).status, 401)
    }).pipe(Effect.scoped)
  )

  it.effect("writes down what it received, without secrets", () =>
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
      assert.strictEqual(yield* requests.others, 1)
      const secret = Redacted.value(population.credentials.appKeys.secret)
      assert.notInclude(JSON.stringify(latest), secret)
    }).pipe(Effect.provide(Simulator.layer()))
  )

  it.effect("counts how many requests it answered at once", () =>
    Effect.gen(function* () {
      const { requests } = yield* Simulator.Simulator
      const keys = (yield* headers).appKeys
      yield* Effect.replicateEffect(call("GET", "/account", { headers: keys }), 20, { concurrency: 3 })
      assert.isAtMost(yield* requests.mostAtOnce, 3)
      assert.strictEqual(yield* requests.count("getAccounts"), 20)
    }).pipe(Effect.provide(Simulator.layer()))
  )
})
