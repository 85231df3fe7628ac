import { assert, layer } from "@effect/vitest"
import { Simulator } from "@effect-glowmarkt/simulator"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import { call, headers } from "./call.js"

layer(Simulator.layer({ accounts: 20, throttle: { perSecond: 2, burst: 3 } }))("Throttle", (it) => {
  it.effect("admits a burst, then the rate", () =>
    Effect.gen(function* () {
      const { requests, throttle } = yield* Simulator.Simulator
      const { appKeys } = yield* headers
      const listing = Effect.map(call("GET", "/account", { headers: appKeys }), (answer) => [
        answer.status,
        answer.headers.get("retry-after")
      ])
      const times = (count: number) => Effect.replicateEffect(listing, count)
      assert.deepStrictEqual(yield* times(4), [
        [200, null],
        [200, null],
        [200, null],
        [429, "1"]
      ])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* times(3), [
        [200, null],
        [200, null],
        [429, "1"]
      ])
      const refused = (yield* requests.latest).filter(({ fault }) => Option.contains(fault, "Throttled"))
      assert.strictEqual(refused.length, 2)
      yield* throttle.clear
      assert.deepStrictEqual(yield* times(1), [[200, null]])
    })
  )
})
