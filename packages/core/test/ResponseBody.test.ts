import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import {
  AdminAccounts,
  AppKeys,
  CallOptions,
  FetchTransport,
  GlowmarktClient,
  Identifier,
  RetryPolicy
} from "@effect-glowmarkt/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as Callers from "./support/Callers.js"

/** Provides the accounts over a `fetch` client whose `fetch` needs no network. */
const overClient = (
  client: Layer.Layer<HttpClient.HttpClient>,
  fetch: typeof globalThis.fetch,
  maxBodyBytes = 1000,
  wrapped: (client: HttpClient.HttpClient) => HttpClient.HttpClient = (client) => client
) =>
  AdminAccounts.layer.pipe(
    Layer.provide(AppKeys.layer({ key: "app", secret: Redacted.make("app-secret") })),
    Layer.provide(GlowmarktClient.layer({ baseUrl: Callers.baseUrl, maxBodyBytes })),
    Layer.provide(Layer.effect(HttpClient.HttpClient, Effect.map(HttpClient.HttpClient, wrapped))),
    Layer.provide(client),
    Layer.provide(Layer.succeed(FetchHttpClient.Fetch, fetch))
  )

const over = (
  fetch: typeof globalThis.fetch,
  maxBodyBytes = 1000,
  wrapped: (client: HttpClient.HttpClient) => HttpClient.HttpClient = (client) => client
) => overClient(FetchHttpClient.layer, fetch, maxBodyBytes, wrapped)

const get = Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => admin.get(Identifier.AccountId.make("a1")))

const json = { "content-type": "application/json" }
const long = JSON.stringify({ accountId: "a1", name: "x".repeat(2000) })

for (const [name, client] of [
  ["FetchHttpClient", FetchHttpClient.layer],
  ["FetchTransport", FetchTransport.layer]
] as const) {
  const over = (fetch: typeof globalThis.fetch, maxBodyBytes = 1000) => overClient(client, fetch, maxBodyBytes)
  const answering = (make: () => Response) => over(() => Promise.resolve(make()))

  describe(`responseBody over ${name}`, () => {
    it.effect("does not read a body whose announced length exceeds the limit", () => {
      let read = 0
      const body = new ReadableStream<Uint8Array>({
        pull: (controller) => {
          read++
          controller.enqueue(new Uint8Array(100))
        }
      })
      return Effect.gen(function* () {
        const error = yield* Effect.flip(get)
        assert.isTrue(error._tag === "InvalidResponse" && error.reason === "TooLarge")
        assert.isBelow(read, 30)
      }).pipe(
        Effect.provide(answering(() => new Response(body, { headers: { ...json, "content-length": "10000000" } })))
      )
    })

    it.effect("stops reading an unannounced body at the limit", () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(get)
        assert.isTrue(error._tag === "InvalidResponse" && error.reason === "TooLarge" && !error.isTransient)
      }).pipe(Effect.provide(answering(() => new Response(long, { headers: json }))))
    )

    it.effect("reads no more of an unannounced body than the limit", () => {
      let pulled = 0
      const endless = new ReadableStream<Uint8Array>({
        pull: (controller) => {
          // The body ends, but much later.
          if (pulled++ > 1000) controller.close()
          else controller.enqueue(new Uint8Array(100))
        }
      })
      return Effect.gen(function* () {
        const error = yield* Effect.flip(get)
        assert.isTrue(error._tag === "InvalidResponse" && error.reason === "TooLarge")
        assert.isBelow(pulled, 30)
      }).pipe(Effect.provide(answering(() => new Response(endless, { headers: json }))))
    })

    it.effect("has a default limit of 64 MiB", () => {
      const announcing = (length: number) =>
        get.pipe(
          Effect.provide(
            AdminAccounts.layer.pipe(
              Layer.provide(Callers.admin.appKeys),
              Layer.provide(GlowmarktClient.layer({ baseUrl: Callers.baseUrl })),
              Layer.provide(client),
              Layer.provide(
                Layer.succeed(FetchHttpClient.Fetch, () =>
                  Promise.resolve(
                    new Response('{"accountId":"a1"}', { headers: { ...json, "content-length": String(length) } })
                  )
                )
              )
            )
          )
        )
      return Effect.gen(function* () {
        assert.strictEqual((yield* announcing(64 * 1024 * 1024)).accountId, "a1")
        const error = yield* Effect.flip(announcing(64 * 1024 * 1024 + 1))
        assert.isTrue(error._tag === "InvalidResponse" && error.reason === "TooLarge")
      })
    })

    it.effect("reads a body within the limit, announced or not", () =>
      Effect.gen(function* () {
        assert.strictEqual((yield* get).accountId, "a1")
      }).pipe(Effect.provide(over(() => Promise.resolve(new Response(long, { headers: json })), 10_000)))
    )

    it.effect("refuses a body that is not UTF-8", () =>
      Effect.gen(function* () {
        const bytes = new Uint8Array([...new TextEncoder().encode('{"accountId":"a1","name":"'), 0xff, 0x22, 0x7d])
        const error = yield* Effect.flip(
          Effect.provide(
            get,
            answering(() => new Response(bytes, { headers: { ...json, "content-length": String(bytes.length) } }))
          )
        )
        assert.isTrue(error._tag === "InvalidResponse" && error.reason === "NotText")
      })
    )

    it.effect("does not limit a streamed list", () =>
      Effect.gen(function* () {
        const { stream } = yield* AdminAccounts.AdminAccounts
        assert.strictEqual(yield* Stream.runCount(stream), 500)
      }).pipe(
        Effect.provide(
          answering(
            () =>
              new Response(JSON.stringify(Array.from({ length: 500 }, (_, index) => ({ accountId: `a${index}` }))), {
                headers: json
              })
          )
        )
      )
    )
  })
}

describe("redirects", () => {
  it.effect("are not followed, so no other server receives the headers", () => {
    const modes: Array<string | undefined> = []
    return Effect.gen(function* () {
      const error = yield* Effect.flip(get)
      assert.isTrue(error._tag === "InvalidResponse" && error.reason === "Redirect")
      assert.deepStrictEqual(modes, ["manual"])
    }).pipe(
      Effect.provide(
        over((_, init) => {
          modes.push(init?.redirect)
          return Promise.resolve(new Response(null, { status: 307, headers: { location: "https://evil.test/" } }))
        })
      )
    )
  })

  for (const [name, traced] of [
    ["traced", true],
    ["not traced", false]
  ] as const) {
    it.effect(`do not send credentials to another server even if the client follows redirects, ${name}`, () => {
      const asked: Array<string> = []
      return Effect.gen(function* () {
        const error = yield* Effect.flip(get).pipe(Effect.withTracerEnabled(traced))
        assert.isTrue(error._tag === "InvalidResponse" && error.reason === "Redirect" && !error.mayHaveBeenApplied)
        assert.include(error.message, "a redirect, which is not followed")
        assert.deepStrictEqual(asked, ["https://glow.test"])
      }).pipe(
        Effect.provide(
          over(
            (url) => {
              asked.push(new URL(String(url)).origin)
              return Promise.resolve(new Response(null, { status: 307, headers: { location: "https://evil.test/" } }))
            },
            1000,
            HttpClient.followRedirects(3)
          )
        )
      )
    })
  }

  it.effect("may be followed by the client on the same server", () => {
    const asked: Array<string> = []
    return Effect.gen(function* () {
      assert.strictEqual((yield* get).accountId, "a1")
      assert.lengthOf(asked, 2)
    }).pipe(
      Effect.provide(
        over(
          (url) => {
            const answer =
              asked.push(String(url)) === 1
                ? new Response(null, { status: 307, headers: { location: "/elsewhere" } })
                : new Response('{"accountId":"a1"}', { headers: json })
            return Promise.resolve(answer)
          },
          1000,
          HttpClient.followRedirects(3)
        )
      )
    )
  })

  it.effect("keep the program's own fetch options", () => {
    const seen: Array<RequestInit | undefined> = []
    return Effect.gen(function* () {
      yield* Effect.either(get)
      assert.strictEqual(seen[0]?.credentials, "omit")
      assert.strictEqual(seen[0]?.redirect, "manual")
    }).pipe(
      Effect.provide(
        over((_, init) => {
          seen.push(init)
          return Promise.resolve(new Response("{}", { headers: json }))
        })
      ),
      Effect.provideService(FetchHttpClient.RequestInit, { credentials: "omit" })
    )
  })
})

describe("a custom HttpClient", () => {
  it.effect("may send every request to another server", () => {
    const asked: Array<string> = []
    return Effect.gen(function* () {
      yield* get
      assert.strictEqual(asked[0]?.slice(0, 22), "https://other.test/api")
    }).pipe(
      Effect.provide(
        over(
          (url) => {
            asked.push(String(url))
            return Promise.resolve(new Response('{"accountId":"a1"}', { headers: json }))
          },
          1000,
          HttpClient.mapRequest((request) =>
            HttpClientRequest.setUrl(request, request.url.replace("glow.test", "other.test"))
          )
        )
      )
    )
  })

  it.effect("may fail for every status but 2xx, which does not change the errors", () => {
    const answers: ReadonlyArray<readonly [number, string | null, string]> = [
      [404, "null", "AccountNotFound"],
      [401, '{"error":"Access denied"}', "AccessDenied"],
      [429, "", "RateLimited"],
      [307, null, "InvalidResponse"],
      [400, '{"error":"bad request"}', "BadRequest"]
    ]
    let sent = 0
    return Effect.gen(function* () {
      for (const [index, [status, , tag]] of answers.entries()) {
        const error = yield* Effect.flip(get).pipe(CallOptions.locally({ retry: RetryPolicy.none }))
        assert.strictEqual(error._tag, tag)
        assert.isTrue("status" in error && error.status === status)
        assert.strictEqual(sent, index + 1)
      }
    }).pipe(
      Effect.provide(
        over(
          () => {
            const [status, body] = answers[sent++] ?? [500, null]
            return Promise.resolve(new Response(body, { status, headers: json }))
          },
          1000,
          HttpClient.filterStatusOk
        )
      )
    )
  })
})
