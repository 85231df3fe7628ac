import { assert, describe, it } from "@effect/vitest"
import { AdminAccounts, GlowmarktClient, RetryPolicy, UserAccounts } from "@effect-glowmarkt/core"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as TestClock from "effect/TestClock"
import * as Callers from "./support/Callers.js"
import * as Provider from "./support/Provider.js"
import { serving, transports } from "./support/Sockets.js"
import { type Ended, recording } from "./support/Tracing.js"
import * as Wire from "./support/Wire.js"

const { accountId } = Callers

const status = "http.response.status_code"

/** What remains of a call whose first attempt met 503, and whose second one went well. */
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

describe("spans", () => {
  it.effect("one a call, and one an attempt by the conventions for HTTP clients", () => {
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

  it.scopedLive("the same over our own transport, which ends them by hand", () =>
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

  it.scopedLive("end with a call that is interrupted, over our own transport", () =>
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
  /** What is logged while an effect runs, with all that is said of it. */
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

  it.effect("say of a retry which call it is of, why, and when", () => {
    const answers: ReadonlyArray<Wire.Answer> = [
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

  it.scopedLive("say the same over our own transport", () =>
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

  it.effect("say of a new token which call asked for it", () => {
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
