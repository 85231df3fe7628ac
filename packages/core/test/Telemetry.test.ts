import { assert, describe, it } from "@effect/vitest"
import { AdminAccounts, GlowmarktClient, RetryPolicy } from "@effect-glowmarkt/core"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import * as Tracer from "effect/Tracer"
import * as Callers from "./support/Callers.js"
import * as Wire from "./support/Wire.js"

const { accountId } = Callers

interface Ended {
  readonly name: string
  readonly kind: Tracer.SpanKind
  readonly parent: string | undefined
  readonly attributes: Readonly<Record<string, unknown>>
  readonly failed: boolean
}

const recording = () => {
  const ended: Array<Ended> = []
  const tracer = Tracer.make({
    span: (name, parent, context, links, startTime, kind) => {
      const attributes = new Map<string, unknown>()
      return {
        _tag: "Span",
        name,
        spanId: name,
        traceId: "t",
        parent,
        context,
        status: { _tag: "Started", startTime },
        attributes,
        links,
        sampled: true,
        kind,
        end: (_, exit) =>
          ended.push({
            name,
            kind,
            parent: Option.getOrUndefined(Option.map(parent, (span) => span.spanId)),
            attributes: Object.fromEntries(attributes),
            failed: Exit.isFailure(exit)
          }),
        attribute: (key, value) => attributes.set(key, value),
        event: () => {},
        addLinks: () => {}
      }
    },
    context: (f) => f()
  })
  return { ended, tracer }
}

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
      const attempt = {
        name: "GET /account/{accountId}",
        kind: "client",
        parent: "Glowmarkt.getAccountById",
        attributes: {
          "http.request.method": "GET",
          "url.full": "https://glow.test/api/v0-1/account/{accountId}",
          "url.template": "/account/{accountId}",
          "server.address": "glow.test",
          "server.port": 443
        }
      }
      assert.deepStrictEqual(ended, [
        {
          ...attempt,
          attributes: { ...attempt.attributes, "http.response.status_code": 503, "error.type": "503" },
          failed: true
        },
        {
          ...attempt,
          attributes: { ...attempt.attributes, "http.request.resend_count": 1, "http.response.status_code": 200 },
          failed: false
        },
        { name: "Glowmarkt.getAccountById", kind: "internal", parent: undefined, attributes: {}, failed: false }
      ] as ReadonlyArray<unknown>)
    }).pipe(Effect.provide(Callers.adminOver(wire)))
  })
})

/** The sum of a counter, or the count of a histogram, over all metrics with these tags. */
const total = (name: string, tags: Readonly<Record<string, string>>) =>
  Effect.map(Metric.snapshot, (pairs) =>
    pairs
      .filter(
        ({ metricKey }) =>
          metricKey.name === name &&
          Object.entries(tags).every(([key, value]) =>
            metricKey.tags.some((label) => label.key === key && label.value === value)
          )
      )
      .reduce((sum, { metricState }) => sum + ("count" in metricState ? Number(metricState.count) : 0), 0)
  )

describe("metrics", () => {
  const list = { operation: "getAccounts" }
  for (const [name, answer, outcome] of [
    ["that goes well", Wire.json([{ accountId: "a1" }]), "ok"],
    ["that breaks off", { status: 200, body: '[{"accountId":"a1"},{"acc' }, "InvalidResponse"],
    ["that is refused", { status: 401 }, "AccessDenied"]
  ] satisfies Array<[string, Wire.Answer, string]>) {
    it.effect(`count a stream ${name} as ${outcome}, when it ends`, () => {
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

  it.effect("count a stream of which only the beginning was wanted as gone well", () => {
    const ok = { ...list, outcome: "ok" }
    return Effect.gen(function* () {
      const before = yield* total("glowmarkt_calls_total", ok)
      const { stream } = yield* AdminAccounts.AdminAccounts
      yield* Stream.runDrain(Stream.take(stream, 1))
      assert.strictEqual((yield* total("glowmarkt_calls_total", ok)) - before, 1)
    }).pipe(Effect.provide(Callers.adminOver(Wire.make(() => Wire.json([{ accountId: "a1" }, { accountId: "a2" }])))))
  })

  it.effect("count calls by outcome, requests and retries, and time them", () => {
    const wire = Wire.make((_, index) => (index < 2 ? { status: 500 } : { status: 404 }))
    const operation = "getAccountStatusById"
    const measured = Effect.all({
      notFound: total("glowmarkt_calls_total", { operation, outcome: "AccountNotFound" }),
      requests: total("glowmarkt_requests_total", { operation }),
      retries: total("glowmarkt_retries_total", { operation }),
      timed: total("glowmarkt_call_duration_ms", { operation })
    })
    return Effect.gen(function* () {
      const before = yield* measured
      const call = yield* Effect.fork(Effect.flip((yield* AdminAccounts.AdminAccounts).status(accountId)))
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(call)
      const after = yield* measured
      assert.deepStrictEqual(
        {
          notFound: after.notFound - before.notFound,
          requests: after.requests - before.requests,
          retries: after.retries - before.retries,
          timed: after.timed - before.timed
        },
        { notFound: 1, requests: 3, retries: 2, timed: 1 }
      )
    }).pipe(Effect.provide(Callers.adminOver(wire)))
  })

  it.effect("time the waits of the rate limit", () => {
    const wire = Wire.make(() => Wire.json([]))
    const limited = AdminAccounts.layer.pipe(
      Layer.provide(Callers.admin.appKeys),
      Layer.provide(
        GlowmarktClient.layer({ baseUrl: Callers.baseUrl, rateLimit: { limit: 1, interval: Duration.seconds(1) } })
      ),
      Layer.provide(wire.layer)
    )
    const waits = total("glowmarkt_rate_limit_wait_ms", { operation: "getAccounts" })
    return Effect.gen(function* () {
      const before = yield* waits
      const calls = yield* Effect.fork(Effect.replicateEffect((yield* AdminAccounts.AdminAccounts).list, 3))
      yield* TestClock.adjust("10 seconds")
      yield* Fiber.join(calls)
      assert.strictEqual((yield* waits) - before, 3)
    }).pipe(Effect.provide(limited))
  })

  it.effect("count what was interrupted as that", () => {
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
