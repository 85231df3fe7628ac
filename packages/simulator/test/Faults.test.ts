import { assert, describe, it, layer } from "@effect/vitest"
import { Faults, Operation, Simulator } from "@effect-glowmarkt/simulator"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import { call, headers, ordinary, signIn } from "./call.js"

const everywhere = {}

layer(Simulator.layer({ accounts: 20 }))("Faults", (it) => {
  const prepare = Effect.gen(function* () {
    const simulator = yield* Simulator.Simulator
    yield* simulator.reset
    const member = yield* ordinary(0)
    const { appKeys } = yield* headers
    const status = call("GET", `/account/${member.accountId}/status`, { headers: appKeys })
    const rename = call("PUT", `/account/${member.accountId}`, { headers: appKeys, body: { name: "Ada" } })
    const writes = Effect.map(simulator.state.writes, (all) => all.reduce((sum, { times }) => sum + times, 0))
    return { ...simulator, member, status, rename, writes }
  })

  it.effect("a script applies each fault once", () =>
    Effect.gen(function* () {
      const { faults, status } = yield* prepare
      yield* faults.set([
        Faults.Script({
          on: { operations: ["getAccountStatusById"] },
          faults: [
            Faults.RateLimited({ retryAfter: { form: "seconds", after: Duration.millis(1500) } }),
            Faults.serverError,
            Faults.None(),
            Faults.htmlError(502)
          ]
        })
      ])
      const answers = yield* Effect.replicateEffect(status, 5)
      assert.deepStrictEqual(
        answers.map((answer) => answer.status),
        [429, 500, 200, 502, 200]
      )
      assert.strictEqual(answers[0]?.headers.get("retry-after"), "2")
      assert.deepStrictEqual(answers[1]?.body, { error: "An error has occurred" })
      assert.include(answers[3]?.headers.get("content-type"), "text/html")
      assert.strictEqual(yield* faults.injected, 3)
    })
  )

  it.effect("Retry-After can be a date, rounded up", () =>
    Effect.gen(function* () {
      const { faults, status } = yield* prepare
      yield* TestClock.adjust("1500 millis")
      const retryAfter = { form: "date", after: Duration.seconds(3) } as const
      yield* faults.set([Faults.always(everywhere, Faults.RateLimited({ retryAfter }))])
      const date = Date.parse((yield* status).headers.get("retry-after") ?? "")
      const now = yield* Clock.currentTimeMillis
      assert.isTrue(date >= now + 3000 && date < now + 4000)
    })
  )

  it.effect("a cycle repeats", () =>
    Effect.gen(function* () {
      const { faults, status } = yield* prepare
      yield* faults.set([Faults.Cycle({ on: everywhere, faults: [Faults.serverError, Faults.None()] })])
      const answers = yield* Effect.replicateEffect(status, 5)
      assert.deepStrictEqual(
        answers.map((answer) => answer.status),
        [500, 200, 500, 200, 500]
      )
    })
  )

  it.effect("a rule can target one account, and added rules take precedence", () =>
    Effect.gen(function* () {
      const { faults, member, rename, status } = yield* prepare
      yield* faults.set([Faults.always({ accountIds: [member.accountId] }, Faults.accessDenied)])
      const other = yield* ordinary(1)
      const { appKeys } = yield* headers
      assert.strictEqual((yield* status).status, 401)
      assert.strictEqual((yield* call("GET", `/account/${other.accountId}`, { headers: appKeys })).status, 200)
      yield* faults.add(Faults.always({ operations: ["updateAccount"] }, Faults.notValid))
      assert.deepStrictEqual((yield* rename).body, { valid: false })
      yield* faults.clear
      assert.strictEqual((yield* status).status, 200)
    })
  )

  it.effect("a reset loses the request, or only the response", () =>
    Effect.gen(function* () {
      const { faults, rename, requests, status, writes } = yield* prepare
      for (const [when, applied] of [
        ["before", 0],
        ["after", 1]
      ] as const) {
        yield* faults.set([Faults.Script({ on: everywhere, faults: [Faults.Reset({ when })] })])
        const exit = yield* Effect.exit(rename)
        assert.strictEqual(exit._tag, "Failure", when)
        assert.strictEqual(yield* writes, applied, when)
      }
      assert.strictEqual((yield* status).status, 200)
      const [first] = yield* requests.latest
      assert.deepStrictEqual(first?.fault, Option.some("Reset"))
      assert.deepStrictEqual(first?.status, Option.none())
    })
  )

  it.effect("a truncated response is shorter than its content-length", () =>
    Effect.gen(function* () {
      const { faults, rename, status, writes } = yield* prepare
      const { appKeys } = yield* headers
      for (const request of [rename, call("GET", "/account", { headers: appKeys })]) {
        yield* faults.set([Faults.Script({ on: everywhere, faults: [Faults.Truncate({ keep: 0.5 })] })])
        assert.strictEqual((yield* Effect.exit(request))._tag, "Failure")
      }
      assert.strictEqual(yield* writes, 1)
      assert.strictEqual((yield* status).status, 200)
    })
  )

  it.effect("a hang ends when the client gives up", () =>
    Effect.gen(function* () {
      const { faults, requests, rename, status, writes } = yield* prepare
      for (const [when, applied] of [
        ["before", 0],
        ["after", 1]
      ] as const) {
        yield* faults.set([Faults.Script({ on: everywhere, faults: [Faults.Hang({ when })] })])
        const waiting = yield* Effect.fork(rename)
        yield* Effect.repeat(Effect.yieldNow(), {
          while: () =>
            Effect.map(
              Effect.zip(requests.count("updateAccount"), writes),
              ([count, written]) => count < applied + 1 || written < applied
            )
        })
        assert.deepStrictEqual(yield* Fiber.poll(waiting), Option.none())
        yield* Fiber.interrupt(waiting)
        assert.strictEqual(yield* writes, applied)
      }
      assert.strictEqual((yield* status).status, 200)
    })
  )

  it.effect("latency follows Effect's clock", () =>
    Effect.gen(function* () {
      const { faults, requests, status } = yield* prepare
      yield* faults.set([Faults.always(everywhere, Faults.Latency({ duration: Duration.seconds(30) }))])
      const waiting = yield* Effect.fork(status)
      yield* Effect.repeat(Effect.yieldNow(), {
        while: () => Effect.map(requests.count("getAccountStatusById"), (count) => count === 0)
      })
      yield* TestClock.adjust("29 seconds")
      assert.deepStrictEqual(yield* Fiber.poll(waiting), Option.none())
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* Fiber.join(waiting)).status, 200)
    })
  )

  it.effect("do not apply to the documentation", () =>
    Effect.gen(function* () {
      const { faults } = yield* prepare
      yield* faults.set([Faults.always(everywhere, Faults.serverError)])
      assert.strictEqual((yield* call("GET", "/openapi.json")).status, 200)
    })
  )

  it.effect("apply to signing in", () =>
    Effect.gen(function* () {
      const { faults, member } = yield* prepare
      yield* faults.set([Faults.Script({ on: { operations: ["usernameLogin"] }, faults: [Faults.notValid] })])
      assert.deepStrictEqual((yield* signIn(member)).body, { valid: false })
      assert.strictEqual((yield* signIn(member)).status, 200)
    })
  )
})

describe("Faults.Chance", () => {
  const hits = (seed: number) => {
    const [operation] = Operation.all
    assert.isDefined(operation)
    const rule = Faults.Chance({ on: everywhere, percent: 30, fault: Faults.serverError })
    const faults = Faults.make({ seed, rules: [rule] })
    return Effect.forEach(Array.from({ length: 1000 }), () =>
      Effect.map(faults.next({ operation, accountId: undefined }), ({ _tag }) => _tag !== "None")
    )
  }

  it.effect("is reproducible by the seed, and as frequent as configured", () =>
    Effect.gen(function* () {
      const one = yield* hits(1)
      assert.deepStrictEqual(one, yield* hits(1))
      assert.notDeepEqual(one, yield* hits(2))
      const count = one.filter((hit) => hit).length
      assert.isTrue(count > 250 && count < 350, `${count} of 1000`)
    })
  )
})
