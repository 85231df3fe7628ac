import { Agent, get } from "node:http"
import { assert, describe, it } from "@effect/vitest"
import { Faults, Simulator } from "@effect-glowmarkt/simulator"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { call, headers, ordinary } from "./call.js"

describe("Simulator", () => {
  it.effect("lists any number of accounts as one JSON array", () =>
    Effect.forEach([1, 249, 250, 251, 500], (accounts) =>
      Effect.gen(function* () {
        const { body } = yield* call("GET", "/account", { headers: (yield* headers).appKeys })
        assert.isTrue(Array.isArray(body))
        assert.strictEqual(Object(body).length, accounts)
      }).pipe(Effect.provide(Simulator.layer({ accounts })))
    )
  )

  it.effect("allows requests from any page, and answers their preflights without recording them", () =>
    Effect.gen(function* () {
      const { requests } = yield* Simulator.Simulator
      const origin = "https://page.example"
      const preflight = yield* call("OPTIONS", "/account", {
        headers: {
          origin,
          "access-control-request-method": "PUT",
          "access-control-request-headers": "applicationid,authorization"
        }
      })
      assert.strictEqual(preflight.status, 204)
      assert.strictEqual(preflight.headers.get("access-control-allow-origin"), "*")
      assert.include(preflight.headers.get("access-control-allow-methods"), "PUT")
      assert.strictEqual(preflight.headers.get("access-control-allow-headers"), "applicationid,authorization")
      assert.lengthOf(yield* requests.latest, 0)
      for (const [sent, status] of [
        [(yield* headers).appKeys, 200],
        [{}, 400]
      ] as const) {
        const answer = yield* call("GET", "/account", { headers: { origin, ...sent } })
        assert.strictEqual(answer.status, status)
        assert.strictEqual(answer.headers.get("access-control-allow-origin"), "*")
        assert.include(answer.headers.get("access-control-expose-headers"), "retry-after")
      }
    }).pipe(Effect.provide(Simulator.layer()))
  )

  it.effect("fails if the port is in use", () =>
    Effect.gen(function* () {
      const { url } = yield* Simulator.Simulator
      const port = Number(new URL(url).port)
      const error = yield* Effect.flip(Effect.scoped(Layer.build(Layer.fresh(Simulator.layer({ port })))))
      assert.strictEqual(error._tag, "ListenError")
      assert.deepInclude(error, { port, reason: "PortInUse" })
      assert.strictEqual(
        error.message,
        `Cannot listen on 127.0.0.1:${port}: the port is in use. Choose another port, or 0 for any free one`
      )
    }).pipe(Effect.provide(Simulator.layer()))
  )

  it.effect("fails if the port is out of range", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Effect.scoped(Layer.build(Simulator.layer({ port: 70_000 }))))
      assert.deepInclude(error, { _tag: "ListenError", port: 70_000, reason: "Other" })
    })
  )

  it.effect("closes idle and pending connections immediately", () =>
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

  it.effect("two simulators in one program are independent", () =>
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
})
