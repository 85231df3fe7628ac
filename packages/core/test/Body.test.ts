import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { AdminAccounts, AppKeys, GlowmarktClient } from "@effect-glowmarkt/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as Callers from "./support/Callers.js"

/** Over the real `fetch` client, with a `fetch` that answers without a network. */
const over = (fetch: typeof globalThis.fetch, maxBodyBytes = 1000) =>
  AdminAccounts.layer.pipe(
    Layer.provide(AppKeys.layer({ key: "app", secret: Redacted.make("app-secret") })),
    Layer.provide(GlowmarktClient.layer({ baseUrl: Callers.baseUrl, maxBodyBytes })),
    Layer.provide(FetchHttpClient.layer),
    Layer.provide(Layer.succeed(FetchHttpClient.Fetch, fetch))
  )

const answering = (make: () => Response) => over(() => Promise.resolve(make()))

const get = Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => admin.get(Callers.accountId))

const json = { "content-type": "application/json" }
const long = JSON.stringify({ accountId: "a1", name: "x".repeat(2000) })

describe("bodies", () => {
  it.effect("larger than the limit by its own word are not read", () => {
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
    }).pipe(Effect.provide(answering(() => new Response(body, { headers: { ...json, "content-length": "10000000" } }))))
  })

  it.effect("larger than the limit without a word are given up", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(get)
      assert.isTrue(error._tag === "InvalidResponse" && error.reason === "TooLarge" && !error.isTransient)
    }).pipe(Effect.provide(answering(() => new Response(long, { headers: json }))))
  )

  it.effect("within the limit are read, whether announced or not", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* get).accountId, "a1")
    }).pipe(Effect.provide(over(() => Promise.resolve(new Response(long, { headers: json })), 10_000)))
  )

  it.effect("that are not UTF-8 are no data", () =>
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

  it.effect("of a streamed list have no limit", () =>
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

describe("redirects", () => {
  it.effect("are not followed, so that no header goes elsewhere", () => {
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

  it.effect("leave the program's own fetch options as they are", () => {
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
