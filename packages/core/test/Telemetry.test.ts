import { assert, describe, it } from "@effect/vitest"
import { AdminAccounts, GlowmarktClient, Identifier, RetryPolicy, UserAccounts } from "@effect-glowmarkt/core"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Metric from "effect/Metric"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import * as Callers from "./support/Callers.js"
import * as Provider from "./support/Provider.js"
import { names, serving, type Transport, transports } from "./support/Sockets.js"
import { type Ended, recording } from "./support/Tracing.js"
import * as Wire from "./support/Wire.js"

const { accountId } = Callers

/** The total of a counter, or the count or sum of a histogram, over all metrics with these tags. */
const total = (name: string, tags: Readonly<Record<string, string>>, field: "count" | "sum" = "count") =>
  Effect.map(Metric.snapshot, (pairs) =>
    pairs
      .filter(
        ({ metricKey }) =>
          metricKey.name === name &&
          Object.entries(tags).every(([key, value]) =>
            metricKey.tags.some((label) => label.key === key && label.value === value)
          )
      )
      .reduce(
        (sum, { metricState }) => sum + Number(Object.entries(metricState).find(([key]) => key === field)?.[1] ?? 0),
        0
      )
  )

/** How much these numbers change while an effect runs. */
const changed = <E, R>(
  measured: Readonly<Record<string, Effect.Effect<number>>>,
  effect: Effect.Effect<unknown, E, R>
) =>
  Effect.gen(function* () {
    const before = yield* Effect.all(measured)
    yield* effect
    const after = yield* Effect.all(measured)
    return Object.fromEntries(Object.entries(after).map(([key, value]) => [key, value - (before[key] ?? 0)]))
  })

/** Moves the clock past every wait. */
const inTime = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(effect)
    yield* TestClock.adjust("1 minute")
    return yield* Fiber.join(fiber)
  })

describe("metrics", () => {
  const list = { operation: "getAccounts" }
  for (const [name, answer, outcome] of [
    ["that succeeds", Wire.json([{ accountId: "a1" }]), "ok"],
    ["that is truncated", { status: 200, body: '[{"accountId":"a1"},{"acc' }, "InvalidResponse"],
    ["that is refused", { status: 401 }, "AccessDenied"]
  ] satisfies Array<[string, Wire.Response, string]>) {
    it.effect(`count a stream ${name} as ${outcome} when it ends`, () => {
      const { ended, tracer } = recording()
      return Effect.gen(function* () {
        const before = yield* total("glowmarkt_calls_total", { ...list, outcome })
        const all = yield* total("glowmarkt_calls_total", list)
        const { stream } = yield* AdminAccounts.AdminAccounts
        yield* Effect.exit(Stream.runDrain(stream)).pipe(Effect.withTracer(tracer))
        assert.strictEqual((yield* total("glowmarkt_calls_total", { ...list, outcome })) - before, 1)
        assert.strictEqual((yield* total("glowmarkt_calls_total", list)) - all, 1)
        const call = ended.find((span) => span.name === "Glowmarkt.getAccounts")
        assert.strictEqual(call?.failed, outcome !== "ok")
        const attempt = ended.find((span) => span.name === "GET /account")
        assert.strictEqual(attempt?.parent, "Glowmarkt.getAccounts")
      }).pipe(
        Effect.provide(
          Callers.adminOver(
            Wire.make(() => answer),
            Callers.admin.appKeys,
            RetryPolicy.none
          )
        )
      )
    })
  }

  it.effect("count a partly read stream as ok", () => {
    const ok = { ...list, outcome: "ok" }
    return Effect.gen(function* () {
      const before = yield* total("glowmarkt_calls_total", ok)
      const { stream } = yield* AdminAccounts.AdminAccounts
      yield* Stream.runDrain(Stream.take(stream, 1))
      assert.strictEqual((yield* total("glowmarkt_calls_total", ok)) - before, 1)
    }).pipe(Effect.provide(Callers.adminOver(Wire.make(() => Wire.json([{ accountId: "a1" }, { accountId: "a2" }])))))
  })

  const byOutcome = (operation: string, outcomes: ReadonlyArray<string>) =>
    Object.fromEntries(
      outcomes.flatMap((outcome) => [
        [`calls ${outcome}`, total("glowmarkt_calls_total", { operation, outcome })],
        [`requests ${outcome}`, total("glowmarkt_requests_total", { operation, outcome })]
      ])
    )

  it.effect("count calls and requests by outcome, count retries and time calls", () => {
    const answers: ReadonlyArray<Wire.Response> = [
      { status: 500 },
      { breaks: Wire.systemError("ECONNRESET") },
      { status: 404 }
    ]
    const wire = Wire.make((_, index) => answers[index] ?? "hangs")
    const operation = "getAccountStatusById"
    return Effect.gen(function* () {
      const { status } = yield* AdminAccounts.AdminAccounts
      const changes = yield* changed(
        {
          ...byOutcome(operation, ["ok", "AccountNotFound", "ServerError", "TransportError"]),
          retries: total("glowmarkt_retries_total", { operation }),
          timed: total("glowmarkt_call_duration_ms", { operation })
        },
        inTime(Effect.flip(status(accountId)))
      )
      assert.deepStrictEqual(changes, {
        "calls ok": 0,
        "requests ok": 0,
        "calls AccountNotFound": 1,
        "requests AccountNotFound": 1,
        "calls ServerError": 0,
        "requests ServerError": 1,
        "calls TransportError": 0,
        "requests TransportError": 1,
        retries: 2,
        timed: 1
      })
    }).pipe(Effect.provide(Callers.adminOver(wire)))
  })

  it.effect("include waits in the duration of calls", () => {
    const wire = Wire.make((_, index) =>
      index === 0 ? { status: 429, headers: { "retry-after": "3" } } : Wire.json({ accountId })
    )
    return Effect.gen(function* () {
      const { get } = yield* AdminAccounts.AdminAccounts
      const changes = yield* changed(
        { took: total("glowmarkt_call_duration_ms", { operation: "getAccountById" }, "sum") },
        inTime(get(accountId))
      )
      assert.deepStrictEqual(changes, { took: 3000 })
    }).pipe(
      Effect.provide(Callers.adminOver(wire, Callers.admin.appKeys, { ...RetryPolicy.standard, base: Duration.zero }))
    )
  })

  it.effect("count calls with invalid input, but no requests for them", () => {
    const wire = Wire.make(() => "hangs")
    return Effect.gen(function* () {
      const { add } = yield* AdminAccounts.AdminAccounts
      const changes = yield* changed(
        byOutcome("addAccount", ["InvalidInput"]),
        Effect.flip(add({ username: "", directoryId: Identifier.DirectoryId.make("d1") }))
      )
      assert.deepStrictEqual(changes, { "calls InvalidInput": 1, "requests InvalidInput": 0 })
    }).pipe(Effect.provide(Callers.adminOver(wire)))
  })

  it.scopedLive("are the same over NodeTransport", () =>
    Effect.gen(function* () {
      let requests = 0
      const port = yield* serving((_, __, response) => {
        if (requests++ === 0) response.writeHead(503).end()
        else response.end(JSON.stringify({ accountId }))
      })
      const twice = Effect.flatMap(AdminAccounts.AdminAccounts, ({ get }) => Effect.replicateEffect(get(accountId), 2))
      const operation = "getAccountById"
      const changes = yield* changed(
        {
          ...byOutcome(operation, ["ok", "ServerError"]),
          retries: total("glowmarkt_retries_total", { operation }),
          timed: total("glowmarkt_call_duration_ms", { operation })
        },
        Effect.provide(
          twice,
          AdminAccounts.layer.pipe(
            Layer.provide(Callers.admin.appKeys),
            Layer.provide(
              GlowmarktClient.layer({
                baseUrl: `http://127.0.0.1:${port}`,
                retry: { ...RetryPolicy.standard, base: Duration.zero }
              })
            ),
            Layer.provide(transports.NodeTransport)
          )
        )
      )
      assert.deepStrictEqual(changes, {
        "calls ok": 2,
        "requests ok": 2,
        "calls ServerError": 0,
        "requests ServerError": 1,
        retries: 1,
        timed: 2
      })
    })
  )

  it.effect("time the waits for the rate limit", () => {
    const wire = Wire.make(() => Wire.json([]))
    const limited = AdminAccounts.layer.pipe(
      Layer.provide(Callers.admin.appKeys),
      Layer.provide(
        GlowmarktClient.layer({ baseUrl: Callers.baseUrl, rateLimit: { limit: 1, interval: Duration.seconds(1) } })
      ),
      Layer.provide(wire.layer)
    )
    return Effect.gen(function* () {
      const { list } = yield* AdminAccounts.AdminAccounts
      const changes = yield* changed(
        {
          waits: total("glowmarkt_rate_limit_wait_ms", { operation: "getAccounts" }),
          waited: total("glowmarkt_rate_limit_wait_ms", { operation: "getAccounts" }, "sum")
        },
        inTime(Effect.replicateEffect(list, 3))
      )
      assert.deepStrictEqual(changes, { waits: 3, waited: 2000 })
    }).pipe(Effect.provide(limited))
  })

  it.effect("count interrupted calls as interrupted", () => {
    const wire = Wire.make(() => "hangs")
    const interrupted = total("glowmarkt_calls_total", { operation: "getAccounts", outcome: "interrupted" })
    return Effect.gen(function* () {
      const before = yield* interrupted
      const call = yield* Effect.fork((yield* AdminAccounts.AdminAccounts).list)
      yield* Effect.yieldNow()
      yield* Fiber.interrupt(call)
      assert.strictEqual((yield* interrupted) - before, 1)
    }).pipe(Effect.provide(Callers.adminOver(wire, Callers.admin.appKeys, RetryPolicy.none)))
  })
})

const status = "http.response.status_code"

/** The spans of a call whose first attempt got a 503 and whose second one succeeded. */
const retriedOnce = (server: Readonly<Record<string, unknown>>, url = Callers.baseUrl): ReadonlyArray<Ended> => {
  const attempt = {
    name: "GET /account/{accountId}",
    kind: "client",
    parent: "Glowmarkt.getAccountById",
    attributes: {
      "http.request.method": "GET",
      "url.full": `${url}/account/{accountId}`,
      "url.template": "/account/{accountId}",
      ...server
    }
  } as const
  return [
    { ...attempt, attributes: { ...attempt.attributes, [status]: 503, "error.type": "503" }, failed: true },
    { ...attempt, attributes: { ...attempt.attributes, "http.request.resend_count": 1, [status]: 200 }, failed: false },
    { name: "Glowmarkt.getAccountById", kind: "internal", parent: undefined, attributes: {}, failed: false }
  ]
}

const atOnce: RetryPolicy.RetryPolicy = { ...RetryPolicy.standard, base: Duration.zero }

const overSocket = (port: number, retry = atOnce) =>
  AdminAccounts.layer.pipe(
    Layer.provide(Callers.admin.appKeys),
    Layer.provide(GlowmarktClient.layer({ baseUrl: `http://127.0.0.1:${port}`, retry })),
    Layer.provide(transports.NodeTransport)
  )

describe("traceparent", () => {
  /** The header of a call and of a stream, over a socket and within a span. */
  const sent = (transport: Transport, tracePropagation?: "w3c") =>
    Effect.gen(function* () {
      const received: Array<string | string[] | undefined> = []
      const port = yield* serving(({ headers }, _, response) => {
        received.push(headers["traceparent"], headers["b3"])
        response.setHeader("content-type", "application/json").end("[]")
      })
      yield* Effect.gen(function* () {
        const { list, stream } = yield* AdminAccounts.AdminAccounts
        yield* list
        yield* Stream.runDrain(stream)
      }).pipe(
        Effect.withSpan("caller"),
        Effect.withTracer(recording().tracer),
        Effect.provide(AdminAccounts.layer),
        Effect.provide(Callers.admin.appKeys),
        Effect.provide(
          GlowmarktClient.layer({
            baseUrl: `http://127.0.0.1:${port}`,
            ...(tracePropagation === undefined ? {} : { tracePropagation })
          })
        ),
        Effect.provide(transports[transport])
      )
      return received
    })

  for (const transport of names) {
    it.scopedLive(`is not sent over ${transport} unless the client is told to, and then names the attempt's span`, () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* sent(transport), [undefined, undefined, undefined, undefined])
        const attempt = "00-t-GET /account-01"
        assert.deepStrictEqual(yield* sent(transport, "w3c"), [attempt, undefined, attempt, undefined])
      })
    )
  }
})

describe("spans", () => {
  it.effect("have one for the call and one per attempt, by the OpenTelemetry conventions for HTTP clients", () => {
    const wire = Wire.make((_, index) => (index === 0 ? { status: 503 } : Wire.json({ accountId })))
    const { ended, tracer } = recording()
    return Effect.gen(function* () {
      const call = yield* Effect.fork(
        (yield* AdminAccounts.AdminAccounts).get(accountId).pipe(Effect.withTracer(tracer))
      )
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(call)
      assert.deepStrictEqual(ended, retriedOnce({ "server.address": "glow.test", "server.port": 443 }))
    }).pipe(Effect.provide(Callers.adminOver(wire)))
  })

  it.scopedLive("are the same over NodeTransport", () =>
    Effect.gen(function* () {
      let requests = 0
      const port = yield* serving((_, __, response) => {
        if (requests++ === 0) response.writeHead(503).end()
        else response.end(JSON.stringify({ accountId }))
      })
      const { ended, tracer } = recording()
      yield* Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => admin.get(accountId)).pipe(
        Effect.withTracer(tracer),
        Effect.provide(overSocket(port))
      )
      const server = { "server.address": "127.0.0.1", "server.port": port }
      assert.deepStrictEqual(ended, retriedOnce(server, `http://127.0.0.1:${port}`))
      yield* Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => admin.get(accountId)).pipe(
        Effect.withTracer(tracer),
        Effect.provide(overSocket(port))
      )
      assert.deepStrictEqual(
        ended.slice(3).map(({ attributes, failed, name }) => ({ name, failed, status: attributes[status] })),
        [
          { name: "GET /account/{accountId}", failed: false, status: 200 },
          { name: "Glowmarkt.getAccountById", failed: false, status: undefined }
        ]
      )
    })
  )

  it.scopedLive("end with an interrupted call over NodeTransport", () =>
    Effect.gen(function* () {
      const arrived = yield* Deferred.make<void>()
      const port = yield* serving(() => Deferred.unsafeDone(arrived, Effect.void))
      const { ended, tracer } = recording()
      const call = yield* Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => admin.get(accountId)).pipe(
        Effect.withTracer(tracer),
        Effect.provide(overSocket(port)),
        Effect.fork
      )
      yield* Deferred.await(arrived)
      yield* Fiber.interrupt(call)
      assert.deepStrictEqual(
        ended.map(({ failed, name }) => ({ name, failed })),
        [
          { name: "GET /account/{accountId}", failed: true },
          { name: "Glowmarkt.getAccountById", failed: true }
        ]
      )
    })
  )
})

describe("logs", () => {
  /** The log lines of an effect with their annotations. */
  const logged = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.gen(function* () {
      const lines: Array<Readonly<Record<string, unknown>>> = []
      const logger = Logger.make(({ annotations, logLevel, message }) => {
        lines.push({ message: String(message), level: logLevel.label, ...Object.fromEntries(annotations) })
      })
      yield* Effect.exit(effect).pipe(
        Effect.provide(Logger.replace(Logger.defaultLogger, logger)),
        Logger.withMinimumLogLevel(LogLevel.All)
      )
      return lines
    })

  const again = { message: "retrying after a failure", level: "DEBUG", operation: "getAccountById" }

  it.effect("name the operation, cause and wait of a retry", () => {
    const answers: ReadonlyArray<Wire.Response> = [
      { status: 503, headers: { "retry-after": "2" } },
      { breaks: Wire.systemError("ECONNRESET") },
      Wire.json({ accountId })
    ]
    const wire = Wire.make((_, index) => answers[index] ?? "hangs")
    return Effect.gen(function* () {
      const { get } = yield* AdminAccounts.AdminAccounts
      const lines = yield* Effect.fork(logged(get(accountId)))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* Fiber.join(lines), [
        { ...again, attempts: 1, waitMillis: 2000, failure: "503" },
        { ...again, attempts: 2, waitMillis: 0, failure: "TransportError" }
      ])
    }).pipe(Effect.provide(Callers.adminOver(wire, Callers.admin.appKeys, atOnce)))
  })

  it.scopedLive("are the same over NodeTransport", () =>
    Effect.gen(function* () {
      const port = yield* serving((_, __, response) => void response.writeHead(503).end())
      const lines = yield* logged(
        Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => admin.get(accountId)).pipe(
          Effect.provide(overSocket(port, { ...atOnce, retries: 1 }))
        )
      )
      assert.deepStrictEqual(lines, [{ ...again, attempts: 1, waitMillis: 0, failure: "503" }])
    })
  )

  it.effect("name the operation that needed a new token", () => {
    const provider = Provider.make()
    return Effect.gen(function* () {
      const { status } = yield* UserAccounts.UserAccounts
      yield* status
      provider.endTokens()
      assert.deepStrictEqual(yield* logged(status), [
        {
          message: "retrying with a new token after a 401",
          level: "DEBUG",
          operation: "getAccountStatusByUserToken"
        }
      ])
    }).pipe(Effect.provide(Provider.sessionOver(provider)))
  })
})
