import { assert, describe, it } from "@effect/vitest"
import { AdminAccounts, AppKeys, UserAccounts, UserSession } from "@effect-glowmarkt/core"
import { NodeAccounts } from "@effect-glowmarkt/core/node"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import { serving } from "./support/Sockets.js"

interface Received {
  readonly target: string
  readonly authorization: string | undefined
  readonly token: string | string[] | undefined
}

/** Accepts every sign-in and responds with an empty list or an active account. */
const server = (received: Array<Received>) =>
  serving(({ headers, method, url }, _, response) => {
    received.push({ target: `${method} ${url}`, authorization: headers.authorization, token: headers["token"] })
    const body =
      url === "/auth"
        ? { valid: true, token: "t1", exp: 4e9 }
        : url === "/account"
          ? []
          : { status: "active", active: true }
    response.setHeader("content-type", "application/json").end(JSON.stringify(body))
  })

const environment = (port: number) =>
  Effect.withConfigProvider(
    ConfigProvider.fromMap(
      new Map([
        ["GLOWMARKT_BASE_URL", `http://127.0.0.1:${port}`],
        ["GLOWMARKT_APP_KEY", "key"],
        ["GLOWMARKT_APP_SECRET", "secret"],
        ["GLOWMARKT_USERNAME", "scotty"],
        ["GLOWMARKT_PASSWORD", "beam-me-up"],
        ["GLOWMARKT_APPLICATION_ID", "0537b17c-ab62-491c-8085-9ac2b6206346"]
      ])
    )
  )

describe("NodeAccounts", () => {
  it.scopedLive("layerAdmin uses the credentials and base URL of the environment", () =>
    Effect.gen(function* () {
      const received: Array<Received> = []
      const port = yield* server(received)
      const { accounts } = yield* Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => admin.list).pipe(
        Effect.provide(NodeAccounts.layerAdmin(AppKeys.layerConfig())),
        environment(port)
      )
      assert.deepStrictEqual(accounts, [])
      const authorization = `Basic ${btoa("key:secret")}`
      assert.deepStrictEqual(received, [{ target: "GET /account", authorization, token: undefined }])
    })
  )

  it.scopedLive("layerUser signs in through the same client", () =>
    Effect.gen(function* () {
      const received: Array<Received> = []
      const port = yield* server(received)
      const { status } = yield* Effect.flatMap(UserAccounts.UserAccounts, (user) => user.status).pipe(
        Effect.provide(NodeAccounts.layerUser(UserSession.layerConfig())),
        environment(port)
      )
      assert.strictEqual(status, "active")
      assert.deepStrictEqual(
        received.map(({ target, token }) => [target, token]),
        [
          ["POST /auth", undefined],
          ["GET /account/status", "t1"]
        ]
      )
    })
  )

  it.scopedLive("applies the options of the client and the transport", () =>
    Effect.gen(function* () {
      const received: Array<Received> = []
      const port = yield* server(received)
      const program = Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => admin.list)
      const error = yield* program.pipe(
        Effect.provide(
          NodeAccounts.layerAdmin(AppKeys.layerConfig(), { baseUrl: `http://127.0.0.1:${port}/v2`, maxBodyBytes: 9 })
        ),
        environment(1),
        Effect.flip
      )
      assert.strictEqual(received[0]?.target, "GET /v2/account")
      assert.propertyVal(error, "reason", "TooLarge")
      const exit = yield* Effect.exit(
        program.pipe(
          Effect.provide(NodeAccounts.layerAdmin(AppKeys.layerConfig(), { transport: { connections: 0 } })),
          environment(port)
        )
      )
      assert.include(String(exit), "connections: expected at least 1")
    })
  )

  it.effect("fails with the name of a missing variable", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(
        Effect.provide(Effect.void, NodeAccounts.layerAdmin(AppKeys.layerConfig())).pipe(
          Effect.withConfigProvider(ConfigProvider.fromMap(new Map()))
        )
      )
      assert.include(String(error), "GLOWMARKT_APP_KEY")
    })
  )
})
