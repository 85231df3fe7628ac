import { assert, describe, it } from "@effect/vitest"
import { AdminAccounts, GlowmarktClient, RetryPolicy, UserAccounts, UserSession } from "@effect-glowmarkt/core"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Callers from "./support/Callers.js"
import * as Provider from "./support/Provider.js"
import { serving, transports } from "./support/Sockets.js"

/** How many requests this many calls send to a server that always fails. */
const requestsOf = <R>(
  calls: number,
  call: Effect.Effect<unknown, unknown, R>,
  services: Layer.Layer<R, never, GlowmarktClient.GlowmarktClient>,
  {
    concurrency = 50,
    fails = () => true
  }: { readonly concurrency?: number; readonly fails?: (path: string) => boolean } = {}
) =>
  Effect.gen(function* () {
    let requests = 0
    const port = yield* serving(({ url = "" }, _, response) => {
      requests++
      if (fails(url)) response.writeHead(503).end()
      else response.end(JSON.stringify({ valid: true, token: "user-token", exp: 4_000_000_000 }))
    })
    const context = yield* Layer.build(
      services.pipe(
        Layer.provide(
          GlowmarktClient.layer({
            baseUrl: `http://127.0.0.1:${port}`,
            // No waits between retries: they do not affect the number of requests.
            retry: { ...RetryPolicy.standard, base: Duration.zero }
          })
        ),
        Layer.provide(transports.NodeTransport)
      )
    )
    const one = Effect.flip(Effect.provide(call, context))
    yield* Effect.forEach(Array.from({ length: calls }), () => one, { concurrency, discard: true })
    return requests
  })

describe("retries during an outage", () => {
  const list = Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => admin.list)
  const status = Effect.flatMap(UserAccounts.UserAccounts, (user) => user.status)
  const session = UserAccounts.layer.pipe(Layer.provide(UserSession.layer(Provider.options)))

  it.scopedLive(
    "send at most 1.2 requests per call",
    () =>
      Effect.gen(function* () {
        const requests = yield* requestsOf(10_000, list, AdminAccounts.layer.pipe(Layer.provide(Callers.admin.appKeys)))
        assert.isAtLeast(requests, 10_000)
        assert.isAtMost(requests, 12_000)
      }),
    120_000
  )

  it.scopedLive(
    "send at most 1.2 requests per call of a session",
    () =>
      Effect.gen(function* () {
        const requests = yield* requestsOf(10_000, status, session, { fails: (path) => path !== "/auth" })
        assert.isAtLeast(requests, 10_000)
        assert.isAtMost(requests, 12_000)
      }),
    120_000
  )

  it.scopedLive(
    "send at most as many if the session cannot sign in",
    () =>
      Effect.gen(function* () {
        // Sequential: concurrent calls would share a sign-in.
        const requests = yield* requestsOf(2000, status, session, { concurrency: 1 })
        assert.isAtLeast(requests, 2000)
        assert.isAtMost(requests, 2400)
      }),
    120_000
  )
})
