import type { ServerResponse } from "node:http"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import {
  AdminAccounts,
  Auth,
  DevUserSession,
  GlowmarktClient,
  RetryBudget,
  RetryPolicy,
  UserAccounts,
  UserSession
} from "@effect-glowmarkt/core"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import * as Callers from "./support/Callers.js"
import { adminCalls, authCalls, userCalls } from "./support/EveryCall.js"
import { assertClean, exposed, type Failing, renderings } from "./support/Exposure.js"
import { serving, transports } from "./support/Sockets.js"
import * as Wire from "./support/Wire.js"

const { accountId, applicationId } = Callers

const echo = JSON.stringify({
  error: "x",
  token: "session-token-4",
  nested: {
    password: "pass-one-1",
    email: "private@example.com",
    username: "private@example.com",
    name: "Private Person"
  },
  note: `private@example.com ${Buffer.from("app:app-secret").toString("base64")}`
})

// Other forms in which a body may contain what was sent.
function nastyBodies(): ReadonlyArray<string> {
  return [
    JSON.stringify({ error: `bad login: private@example.com / pass-one-1` }),
    JSON.stringify({
      error: JSON.stringify({ password: "pass-one-1", name: "Private Person" })
    }),
    JSON.stringify({
      message: `token=${encodeURIComponent("user-token")}&old=${Buffer.from("pass-one-1").toString("base64url")}`
    }),
    JSON.stringify({ name: { first: "Private", last: "Person" }, list: ["Private Person", "pass-two-2"] }),
    "<login><name>Private Person</name><password>pass-one-1</password></login>",
    "name=Private+Person&email=private%40example.com&password=pass-one-1",
    `{"error":"${"x".repeat(790)} mobile-tok-3 and more"}`,
    JSON.stringify({ error: "missing elements", missingElements: ["username", "private@example.com", "pass-one-1"] }),
    JSON.stringify({ error: "missing elements -pass-one-1 private@example.com" }),
    JSON.stringify({ error: "name: Private Person is taken" }),
    JSON.stringify({ error: "Hello Private Person" }),
    JSON.stringify("Private Person")
  ]
}

const redirection = { location: `https://evil.test/?token=user-token&name=${encodeURIComponent("Private Person")}` }

const answers: ReadonlyArray<readonly [string, Wire.Response]> = [
  ["a valid response", Wire.json({ accountId, status: "active", valid: true })],
  ...[400, 401, 403, 404, 408, 429, 500, 503].map((status) => [`status ${status}`, { status, body: echo }] as const),
  ["an invalid shape", { status: 200, body: echo }],
  ["a list of invalid elements", { status: 200, body: `[${echo},"Private Person"]` }],
  ["truncated JSON", { status: 200, body: echo.slice(0, 60) }],
  ["an HTML page", { status: 200, body: `<html>${echo}</html>` }],
  ["a body that is not UTF-8", { status: 200, body: Uint8Array.from([...new TextEncoder().encode(echo), 0xff]) }],
  ["a body that is too large", { status: 200, body: `[${Array.from({ length: 40 }, () => echo).join(",")}]` }],
  ["a redirect", { status: 307, body: echo, headers: redirection }],
  ["a lost connection", { breaks: Wire.systemError("ECONNRESET") }],
  ["no response", "hangs"]
]

const options: GlowmarktClient.Options = {
  timeout: "1 second",
  maxBodyBytes: 4000,
  // Retries are logged, and the log must not contain secrets, either.
  retry: { ...RetryPolicy.standard, base: Duration.zero, retries: 1 },
  retryBudget: RetryBudget.unlimited
}

const admin = Effect.map(AdminAccounts.AdminAccounts, adminCalls)
const user = Effect.map(UserAccounts.UserAccounts, userCalls)

/** Runs the calls to their end and checks everything that they expose. */
const assertAllClean = <R, E, R2>(
  calls: Effect.Effect<ReadonlyArray<Failing>, never, R>,
  services: Layer.Layer<R, E, R2>
) =>
  Effect.gen(function* () {
    const seen = yield* Effect.fork(Effect.flatMap(calls, exposed))
    yield* TestClock.adjust("1 hour")
    assertClean(yield* Fiber.join(seen))
  }).pipe(Effect.provide(services))

const login = { username: "private@example.com", password: Redacted.make("pass-one-1"), applicationId }

describe("GlowmarktClient exposes no secret and no personal data", () => {
  for (const [name, answer] of answers) {
    const client = GlowmarktClient.layer({ baseUrl: Callers.baseUrl, ...options })
    const over = <A, R>(
      services: Layer.Layer<A, never, GlowmarktClient.GlowmarktClient | R>,
      wire = Wire.make(() => answer)
    ) => services.pipe(Layer.provide(client), Layer.provide(wire.layer))

    for (const scheme of ["appKeys", "orgAppKeys", "devUserToken"] as const) {
      it.effect(`of administrators with ${scheme} for ${name}`, () =>
        assertAllClean(admin, over(AdminAccounts.layer.pipe(Layer.provide(Callers.admin[scheme]))))
      )
    }

    it.effect(`of users with a token for ${name}`, () =>
      assertAllClean(user, over(UserAccounts.layer.pipe(Layer.provide(Callers.userToken))))
    )

    it.effect(`of sign-in operations for ${name}`, () =>
      assertAllClean(Effect.map(Auth.Auth, authCalls), over(Auth.layer))
    )

    for (const [when, signsIn] of [
      ["after signing in", true],
      ["also while signing in", false]
    ] as const) {
      const wire = Wire.make((request) =>
        signsIn && /\/(dev)?auth$/.test(request.url)
          ? Wire.json({ valid: true, token: "session-token-4", exp: 4_000_000_000 })
          : answer
      )

      it.effect(`of users with a session for ${name} ${when}`, () =>
        assertAllClean(
          Effect.all([
            user,
            Effect.map(UserSession.UserSession, ({ signOut }): ReadonlyArray<Failing> => [signOut])
          ]).pipe(Effect.map((calls) => calls.flat())),
          over(UserAccounts.layer.pipe(Layer.provideMerge(UserSession.layer(login))), wire)
        )
      )

      it.effect(`of developers with a session for ${name} ${when}`, () =>
        assertAllClean(
          Effect.all([
            admin,
            Effect.map(DevUserSession.DevUserSession, ({ signOut }): ReadonlyArray<Failing> => [signOut])
          ]).pipe(Effect.map((calls) => calls.flat())),
          over(AdminAccounts.layer.pipe(Layer.provideMerge(DevUserSession.layer(login))), wire)
        )
      )
    }
  }

  for (const [index, body] of nastyBodies().entries()) {
    it.effect(`from a body that quotes the request, ${index}`, () =>
      Effect.gen(function* () {
        const user = yield* UserAccounts.UserAccounts
        const call = body.includes("mobile-tok-3")
          ? user.addMobileAppToken(accountId, Redacted.make("mobile-tok-3"))
          : user.changePassword({ oldPassword: Redacted.make("pass-one-1"), newPassword: Redacted.make("pass-two-2") })
        assertClean(yield* exposed([call]))
      }).pipe(
        Effect.provide(
          Callers.userOver(
            Wire.make(() => ({ status: 400, body })),
            RetryPolicy.none
          )
        )
      )
    )
  }

  it.effect("in the log of a retry or of a client that logs request headers", () => {
    const lines: Array<string> = []
    const logger = Logger.map(Logger.logfmtLogger, (line) => lines.push(line))
    const wire = Wire.make(() => ({ status: 503 }))
    const logging = Layer.effect(
      HttpClient.HttpClient,
      Effect.map(
        HttpClient.HttpClient,
        HttpClient.tapRequest(({ headers }) => Effect.logDebug("sending", headers))
      )
    )
    const user = UserAccounts.layer.pipe(
      Layer.provide(Callers.userToken),
      Layer.provide(GlowmarktClient.layer({ baseUrl: Callers.baseUrl, ...options })),
      Layer.provide(logging),
      Layer.provide(wire.layer)
    )
    return Effect.gen(function* () {
      yield* Effect.flip((yield* UserAccounts.UserAccounts).status)
      assert.lengthOf(lines, 3)
      assert.include(lines[0] ?? "", "<redacted>")
      assert.include(lines[1] ?? "", "retrying")
      for (const line of lines) {
        for (const secret of ["user-token", applicationId]) assert.notInclude(line, secret)
      }
    }).pipe(
      Effect.provide(user),
      Effect.provide(Logger.replace(Logger.defaultLogger, logger)),
      Logger.withMinimumLogLevel(LogLevel.All)
    )
  })

  it("in the services and credentials themselves", () => {
    assertClean([
      ...Array.from({ length: 5 }, () => ""),
      ...Object.values(Callers.admin).flatMap(renderings),
      ...renderings(Callers.userToken)
    ])
  })
})

describe("GlowmarktClient over NodeTransport exposes no secret and no personal data", () => {
  for (const [name, answers] of [
    ["a failure", (response) => void response.writeHead(500).end(echo)],
    ["a refusal", (response) => void response.writeHead(403).end(echo)],
    ["a redirect", (response) => void response.writeHead(302, redirection).end(echo)],
    ["an invalid shape", (response) => void response.end(echo)],
    ["a body that is not UTF-8", (response) => void response.end(Buffer.from([...Buffer.from(echo), 0xff]))],
    ["a body that is too large", (response) => void response.end(echo.repeat(40))],
    ["truncated JSON", (response) => void response.write(echo.slice(0, 60), () => response.socket?.destroy())],
    ["no response", () => {}]
  ] satisfies ReadonlyArray<readonly [string, (response: ServerResponse) => void]>) {
    it.scopedLive(`for ${name}`, () =>
      Effect.gen(function* () {
        const port = yield* serving((_, __, response) => answers(response))
        const calls = Effect.map(Effect.all([admin, user, Effect.map(Auth.Auth, authCalls)]), (all) => all.flat())
        const services = Layer.mergeAll(
          AdminAccounts.layer.pipe(Layer.provide(Callers.admin.orgAppKeys)),
          UserAccounts.layer.pipe(Layer.provide(Callers.userToken)),
          Auth.layer
        ).pipe(
          Layer.provide(
            GlowmarktClient.layer({ baseUrl: `http://127.0.0.1:${port}`, ...options, timeout: "30 millis" })
          ),
          Layer.provide(transports.NodeTransport)
        )
        assertClean(yield* Effect.flatMap(calls, exposed).pipe(Effect.provide(services)))
      })
    )
  }
})

const from = (map: Readonly<Record<string, string>>) =>
  Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(map))))

describe("GlowmarktClient.layerConfig", () => {
  const refused = [
    ["api.glowmarkt.com", '"api.glowmarkt.com"'],
    ["ftp://api.glowmarkt.com", '"ftp://api.glowmarkt.com"'],
    [" https://api.glowmarkt.com", '" https://api.glowmarkt.com"'],
    ["https://api.glowmarkt.com/?x=1", '"https://api.glowmarkt.com/?x=1"'],
    ["https://api.glowmarkt.com/#api", '"https://api.glowmarkt.com/#api"'],
    ["https://key:s3cret@api.glowmarkt.com", '"https://…@api.glowmarkt.com"']
  ] as const

  for (const [url, named] of refused) {
    it.effect(`refuses the base URL ${named}`, () => {
      const { layer } = Wire.make(() => "hangs")
      return Effect.gen(function* () {
        const error = yield* Effect.flip(Layer.build(GlowmarktClient.layerConfig().pipe(Layer.provide(layer))))
        assert.include(String(error), `${named} is not a base URL`)
        assert.notInclude(String(error), "s3cret")
      }).pipe(Effect.scoped, from({ GLOWMARKT_BASE_URL: url }))
    })
  }

  it.effect("uses Glowmarkt's base URL by default", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* GlowmarktClient.config).baseUrl, GlowmarktClient.defaultBaseUrl)
    }).pipe(from({}))
  )

  const sources = [
    [
      "GLOWMARKT_BASE_URL",
      "in the environment",
      GlowmarktClient.layerConfig(),
      { GLOWMARKT_BASE_URL: "api.glowmarkt.com" }
    ],
    [
      "NO_URL",
      "from a Config",
      GlowmarktClient.layerConfig({ baseUrl: Config.string("NO_URL") }),
      { NO_URL: "api.glowmarkt.com" }
    ],
    ["baseUrl", "as a value", GlowmarktClient.layerConfig({ baseUrl: "api.glowmarkt.com" }), {}]
  ] as const

  for (const [name, how, client, map] of sources) {
    it.effect(`refuses an invalid base URL ${how}`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(Layer.build(Layer.provide(client, Wire.make(() => "hangs").layer)))
        assert.isTrue(error._op === "InvalidData" && error.path.join(".") === name, String(error))
        assert.include(String(error), '"api.glowmarkt.com" is not a base URL')
      }).pipe(Effect.scoped, from(map))
    )
  }

  it("checks a base URL with its schema", () => {
    const isBaseUrl = Schema.is(GlowmarktClient.BaseUrl)
    assert.isTrue(isBaseUrl("https://white-label.test/api/v0-1"))
    assert.isFalse(isBaseUrl("https://key:secret@white-label.test/api"))
  })
})
