import { assert, describe, it } from "@effect/vitest"
import {
  AdminAccounts,
  CallOptions,
  CircuitBreaker,
  DevUserToken,
  GlowmarktClient,
  RetryPolicy
} from "@effect-glowmarkt/core"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import * as Callers from "./support/Callers.js"
import * as Wire from "./support/Wire.js"

const over = (wire: ReturnType<typeof Wire.make>, options: GlowmarktClient.Options) =>
  AdminAccounts.layer.pipe(
    Layer.provide(Callers.admin.appKeys),
    Layer.provide(GlowmarktClient.layer({ baseUrl: Callers.baseUrl, ...options })),
    Layer.provide(wire.layer)
  )

const list = Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => admin.list)

describe("CircuitBreaker", () => {
  const options: GlowmarktClient.Options = {
    retry: RetryPolicy.none,
    circuitBreaker: { failures: 3, cooldown: Duration.seconds(10) }
  }

  it.effect("opens after repeated failures, sends one probe, and closes when the probe succeeds", () => {
    let well = false
    const wire = Wire.make(() => (well ? Wire.json([]) : { status: 500 }))
    return Effect.gen(function* () {
      yield* Effect.replicateEffect(Effect.flip(list), 3)
      const kept = yield* Effect.flip(list)
      assert.isTrue(kept._tag === "TransportError" && kept.code === "CIRCUIT_OPEN" && !kept.mayHaveBeenApplied)
      assert.lengthOf(wire.seen, 3)
      yield* TestClock.adjust("10 seconds")
      yield* Effect.flip(list)
      yield* Effect.flip(list)
      assert.lengthOf(wire.seen, 4)
      yield* TestClock.adjust("10 seconds")
      well = true
      yield* list
      yield* list
      assert.lengthOf(wire.seen, 6)
    }).pipe(Effect.provide(over(wire, options)))
  })

  it.effect("does not count refused credentials as failures", () => {
    const wire = Wire.make(() => ({ status: 401 }))
    return Effect.gen(function* () {
      yield* Effect.replicateEffect(Effect.flip(list), 10)
      assert.lengthOf(wire.seen, 10)
    }).pipe(Effect.provide(over(wire, options)))
  })

  it.effect("reports the server's failure when it stops a retry", () => {
    const wire = Wire.make(() => ({ status: 503, headers: { "retry-after": "1" } }))
    return Effect.gen(function* () {
      const call = yield* Effect.fork(Effect.flip(list))
      yield* TestClock.adjust("1 minute")
      const error = yield* Fiber.join(call)
      assert.isTrue(error._tag === "ServerError" && error.attempts === 3 && error.mayHaveBeenApplied)
      assert.lengthOf(wire.seen, 3)
    }).pipe(Effect.provide(over(wire, { ...options, retry: RetryPolicy.standard })))
  })

  it.effect("reports how long it stays open and does not retry in the meantime", () => {
    const wire = Wire.make(() => ({ status: 500 }))
    return Effect.gen(function* () {
      yield* CallOptions.locally(Effect.replicateEffect(Effect.flip(list), 3), { retry: RetryPolicy.none })
      yield* TestClock.adjust("4 seconds")
      // Not forked: a retry would wait forever, because the test clock does not move.
      const error = yield* Effect.flip(list)
      assert.deepStrictEqual(error.retryAfter, Option.some(Duration.seconds(6)))
      assert.isTrue("attempts" in error && error.attempts === 0 && error.isTransient && !error.mayHaveBeenApplied)
      assert.strictEqual(
        error.message,
        "admin.list: Not sent: the circuit breaker is open for 6s after repeated failures of https://glow.test."
      )
    }).pipe(Effect.provide(over(wire, { ...options, retry: { ...RetryPolicy.standard, base: Duration.zero } })))
  })

  it.effect("sends a single probe for any number of waiting calls", () => {
    const waiting: Array<(answer: Wire.Response) => void> = []
    const wire = Wire.make((_, index) =>
      index < 3 ? { status: 500 } : index === 3 ? Wire.later((resume) => waiting.push(resume)) : Wire.json([])
    )
    return Effect.gen(function* () {
      yield* Effect.replicateEffect(Effect.flip(list), 3)
      yield* TestClock.adjust("10 seconds")
      const calls = yield* Effect.fork(
        Effect.all(
          Array.from({ length: 5 }, () => Effect.exit(list)),
          { concurrency: 5 }
        )
      )
      yield* TestClock.adjust("1 second")
      assert.lengthOf(wire.seen, 4)
      waiting[0]?.(Wire.json([]))
      assert.deepStrictEqual((yield* Fiber.join(calls)).map(Exit.isSuccess), [true, false, false, false, false])
      yield* list
    }).pipe(Effect.provide(over(wire, options)))
  })

  it.effect("closes when a probe is rate limited, because the server works", () => {
    const wire = Wire.make((_, index) => ({ status: index < 3 ? 503 : 429 }))
    return Effect.gen(function* () {
      yield* Effect.replicateEffect(Effect.flip(list), 3)
      yield* TestClock.adjust("10 seconds")
      const after = yield* Effect.replicateEffect(Effect.flip(list), 5)
      assert.deepStrictEqual(new Set(after.map(({ _tag }) => _tag)), new Set(["RateLimited"]))
    }).pipe(Effect.provide(over(wire, options)))
  })

  /**
   * How many of ten calls send a request, if all respond like this, or every third one with
   * `between`.
   */
  const sent = (answer: Wire.Response, between?: Wire.Response) => {
    const wire = Wire.make((_, index) => (between !== undefined && index % 3 === 2 ? between : answer))
    return Effect.replicateEffect(Effect.exit(list), 10).pipe(
      Effect.map(() => wire.seen.length),
      Effect.provide(over(wire, options))
    )
  }

  it.effect("counts only failures of the server and the connection", () =>
    Effect.gen(function* () {
      const failures: ReadonlyArray<Wire.Response> = [
        { status: 500 },
        { status: 408 },
        { status: 200, body: "[" },
        { breaks: Wire.systemError("ECONNREFUSED", "connect") },
        { breaks: Wire.systemError("ECONNRESET") },
        { breaks: Wire.systemError("DEPTH_ZERO_SELF_SIGNED_CERT") }
      ]
      for (const answer of failures) assert.strictEqual(yield* sent(answer), 3)
      const answers: ReadonlyArray<Wire.Response> = [
        { status: 401 },
        { status: 403 },
        { status: 429 },
        { status: 404 },
        { status: 302 },
        { status: 200, body: "{}" },
        Wire.json([])
      ]
      for (const answer of answers) {
        assert.strictEqual(yield* sent(answer), 10)
        assert.strictEqual(yield* sent({ status: 500 }, answer), 10)
      }
    })
  )

  it.effect("ignores requests that cannot be sent", () => {
    const wire = Wire.make(() => ({ status: 500 }))
    const unsendable = Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => Effect.flip(admin.list)).pipe(
      Effect.provide(
        AdminAccounts.layer.pipe(
          Layer.provide(DevUserToken.layer({ token: Redacted.make("a\nb"), applicationId: Callers.applicationId }))
        )
      )
    )
    return Effect.gen(function* () {
      for (let round = 0; round < 2; round++) {
        yield* Effect.flip(list)
        const error = yield* unsendable
        assert.isTrue(error._tag === "TransportError" && error.code === "INVALID_REQUEST")
      }
      yield* Effect.flip(list)
      const kept = yield* Effect.flip(list)
      assert.isTrue(kept._tag === "TransportError" && kept.code === "CIRCUIT_OPEN")
    }).pipe(
      Effect.provide(
        Layer.provideMerge(
          AdminAccounts.layer.pipe(Layer.provide(Callers.admin.appKeys)),
          GlowmarktClient.layer({ baseUrl: Callers.baseUrl, ...options }).pipe(Layer.provide(wire.layer))
        )
      )
    )
  })

  it("ignores the outcomes of requests sent before it opened", () => {
    const circuit = CircuitBreaker.make({ failures: 2, cooldown: Duration.seconds(10) })
    const enter = (nowMillis: number) => Either.getOrThrow(circuit.enter(nowMillis))
    const [early, earlier, late] = [enter(0), enter(0), enter(0)]
    early.failed(0)
    earlier.failed(0)
    assert.deepStrictEqual(circuit.enter(1000), Either.left(Duration.seconds(9)))
    // A late failure does not keep it open longer, and a late success does not close it.
    late.failed(5000)
    assert.deepStrictEqual(circuit.enter(6000), Either.left(Duration.seconds(4)))
    late.succeeded()
    assert.isTrue(Either.isLeft(circuit.enter(6000)))
    // The same holds after the probe has failed.
    const look = enter(10_000)
    look.failed(10_500)
    late.succeeded()
    look.succeeded()
    assert.deepStrictEqual(circuit.enter(11_500), Either.left(Duration.seconds(9)))
  })

  it.effect("is off by default", () => {
    const wire = Wire.make(() => ({ status: 500 }))
    return Effect.gen(function* () {
      yield* Effect.replicateEffect(Effect.flip(list), 50)
      assert.lengthOf(wire.seen, 50)
    }).pipe(Effect.provide(over(wire, { retry: RetryPolicy.none })))
  })
})
