import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import { AdminAccounts, FetchTransport, GlowmarktClient, Identifier, RetryPolicy } from "@effect-glowmarkt/core"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/TestClock"
import * as transport from "../src/internal/transport/transport.js"
import * as Callers from "./support/Callers.js"

interface Sent {
  readonly url: string
  readonly init: RequestInit
}

/** Records its arguments and responds to every request with the same account. */
const recording = () => {
  const sent: Array<Sent> = []
  const fetch: typeof globalThis.fetch = (url, init = {}) => {
    sent.push({ url: String(url), init })
    return Promise.resolve(new Response('{"accountId":"a1"}'))
  }
  return { sent, fetch }
}

const accounts = (client: Layer.Layer<HttpClient.HttpClient>, retry = RetryPolicy.standard) =>
  AdminAccounts.layer.pipe(
    Layer.provide(Callers.admin.appKeys),
    Layer.provide(GlowmarktClient.layer({ baseUrl: Callers.baseUrl, retry })),
    Layer.provide(client)
  )

const using = (fetch: typeof globalThis.fetch, defaults: RequestInit = {}) =>
  FetchTransport.layer.pipe(
    Layer.provide(Layer.succeed(FetchHttpClient.Fetch, fetch)),
    Layer.provide(Layer.succeed(FetchHttpClient.RequestInit, defaults))
  )

const get = Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => admin.get(Identifier.AccountId.make("a1")))

describe("FetchTransport", () => {
  it.effect("uses the program's fetch and options, adds its own headers and does not follow redirects", () => {
    const { fetch, sent } = recording()
    return Effect.gen(function* () {
      yield* get
      yield* get
      assert.lengthOf(sent, 2)
      for (const { init, url } of sent) {
        assert.strictEqual(url, `${Callers.baseUrl}/account/a1`)
        assert.strictEqual(init.credentials, "omit")
        assert.strictEqual(init.redirect, "manual")
        const headers = new Headers(init.headers)
        assert.strictEqual(headers.get("x-trace"), "t1")
        assert.match(headers.get("authorization") ?? "", /^Basic (?!mine)/)
        assert.isFalse(headers.has("content-type"))
      }
    }).pipe(
      Effect.provide(
        accounts(
          using(fetch, {
            credentials: "omit",
            redirect: "follow",
            headers: { "X-Trace": "t1", Authorization: "Basic mine" }
          })
        )
      )
    )
  })

  it.effect("sends a body as JSON", () => {
    const { fetch, sent } = recording()
    return Effect.gen(function* () {
      const admin = yield* AdminAccounts.AdminAccounts
      yield* Effect.either(admin.rename(Identifier.AccountId.make("a1"), "Montgomery Scott"))
      const [first] = sent
      assert.strictEqual(new Headers(first?.init.headers).get("content-type"), "application/json")
      assert.deepStrictEqual(JSON.parse(String(first?.init.body)), { name: "Montgomery Scott" })
    }).pipe(Effect.provide(accounts(using(fetch))))
  })

  it.effect("passes every request through a client that wraps it", () => {
    const { fetch, sent } = recording()
    const wrapped = Layer.effect(
      HttpClient.HttpClient,
      Effect.map(HttpClient.HttpClient, HttpClient.mapRequest(HttpClientRequest.setHeader("x-trace", "t1")))
    )
    return Effect.gen(function* () {
      yield* get
      assert.strictEqual(new Headers(sent[0]?.init.headers).get("x-trace"), "t1")
      assert.strictEqual(sent[0]?.init.redirect, "manual")
    }).pipe(Effect.provide(accounts(Layer.provide(wrapped, using(fetch)))))
  })

  it.effect("does not change a FetchHttpClient of the same program", () =>
    Effect.gen(function* () {
      const ours = yield* Effect.provide(
        HttpClient.HttpClient,
        Layer.provideMerge(FetchTransport.layer, FetchHttpClient.layer)
      )
      const theirs = yield* Effect.provide(
        HttpClient.HttpClient,
        Layer.provideMerge(FetchHttpClient.layer, FetchTransport.layer)
      )
      assert.isDefined(transport.attachedTo(ours))
      assert.isUndefined(transport.attachedTo(theirs))
    })
  )

  it.effect("looks up the runtime's fetch for each request", () =>
    Effect.gen(function* () {
      const { fetch, sent } = recording()
      yield* Effect.acquireRelease(
        Effect.sync(() => {
          const before = globalThis.fetch
          globalThis.fetch = fetch
          return before
        }),
        (before) =>
          Effect.sync(() => {
            globalThis.fetch = before
          })
      )
      yield* get
      assert.lengthOf(sent, 1)
    }).pipe(Effect.scoped, Effect.provide(accounts(FetchTransport.layer)))
  )

  it.effect("reports a fetch that throws as a failed request", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(get)
      assert.isTrue(error._tag === "TransportError" && error.code === "ECONNREFUSED" && error.phase === "unsent")
    }).pipe(
      Effect.provide(
        accounts(
          using(() => {
            throw Object.assign(new Error("no"), { code: "ECONNREFUSED" })
          }),
          RetryPolicy.none
        )
      )
    )
  )

  it.effect("in a browser, says that a rejection may be CORS", () =>
    Effect.gen(function* () {
      const hidden = () => Effect.flip(get)
      assert.propertyVal(yield* hidden(), "code", "Transport")
      yield* Effect.acquireRelease(
        Effect.sync(() => Object.defineProperty(globalThis, "document", { value: {}, configurable: true })),
        () => Effect.sync(() => Reflect.deleteProperty(globalThis, "document"))
      )
      const error = yield* hidden()
      assert.propertyVal(error, "code", "CORS_OR_NETWORK")
      assert.include(error.message, "does not allow requests from this page (CORS)")
      assert.isTrue(error.mayHaveBeenApplied)
    }).pipe(
      Effect.scoped,
      Effect.provide(
        accounts(
          using(() => Promise.reject(new TypeError("Failed to fetch"))),
          RetryPolicy.none
        )
      )
    )
  )

  for (const [when, answer] of [
    ["no response", () => new Promise<Response>(() => {})],
    ["half a response", () => Promise.resolve(new Response(new ReadableStream({ pull: () => new Promise(() => {}) })))]
  ] as const) {
    it.effect(`aborts a request with ${when} on timeout and on interruption`, () => {
      const signals: Array<AbortSignal | null | undefined> = []
      const sending: (() => void)[] = []
      const isSent = Effect.async<void>((resume) => void sending.push(() => resume(Effect.void)))
      const fetch: typeof globalThis.fetch = (_, init) => {
        signals.push(init?.signal)
        setImmediate(() => sending.pop()?.())
        return answer()
      }
      return Effect.gen(function* () {
        const late = yield* Effect.fork(Effect.flip(get))
        yield* isSent
        yield* TestClock.adjust("29 seconds")
        assert.isFalse(signals[0]?.aborted)
        yield* TestClock.adjust("1 second")
        const error = yield* Fiber.join(late)
        assert.isTrue(error._tag === "RequestTimeout" && error.phase === "sent")
        assert.isTrue(signals[0]?.aborted)
        const interrupted = yield* Effect.fork(get)
        yield* isSent
        yield* Fiber.interrupt(interrupted)
        assert.isTrue(signals[1]?.aborted)
      }).pipe(Effect.provide(accounts(using(fetch), RetryPolicy.none)))
    })
  }
})
