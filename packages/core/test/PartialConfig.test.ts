import * as KeyValueStore from "@effect/platform/KeyValueStore"
import { assert, describe, it } from "@effect/vitest"
import {
  AdminAccounts,
  AppKeys,
  DevUserSession,
  DevUserToken,
  GlowmarktClient,
  Identifier,
  OrgAppKeys,
  UserAccounts,
  UserSession,
  UserToken
} from "@effect-glowmarkt/core"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Callers from "./support/Callers.js"
import * as Wire from "./support/Wire.js"

const other = Identifier.ApplicationId.make("11111111-2222-4333-8444-555555555555")
const directory = Identifier.DirectoryId.make("99999999-2222-4333-8444-555555555555")

const variables: Readonly<Record<string, string>> = {
  GLOWMARKT_BASE_URL: "https://white-label.test/api/v0-1",
  GLOWMARKT_APPLICATION_ID: Callers.applicationId,
  GLOWMARKT_APP_KEY: "app",
  GLOWMARKT_APP_SECRET: "app-secret",
  GLOWMARKT_ORG_KEY: "org",
  GLOWMARKT_ORG_SECRET: "org-secret",
  GLOWMARKT_DEV_TOKEN: "dev-token",
  GLOWMARKT_DEV_USERNAME: "dev",
  GLOWMARKT_DEV_PASSWORD: "dev-pass",
  GLOWMARKT_USER_TOKEN: "user-token",
  GLOWMARKT_USERNAME: "scotty",
  GLOWMARKT_PASSWORD: "beam-me-up",
  GLOWMARKT_DIRECTORY_ID: directory,
  OWN_SECRET: "own-secret",
  OWN_URL: "https://own.test/api",
  NO_URL: "api.glowmarkt.com"
}

const from = (map: Readonly<Record<string, string>>) =>
  Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(map))))

const wire = () =>
  Wire.make((request) =>
    request.url.endsWith("auth")
      ? Wire.json({ valid: true, token: "session-token", exp: 3600 })
      : Wire.json(request.url.endsWith("/account") ? [] : { accountId: Callers.accountId, status: "active" })
  )

const admin = <E, R>(credentials: Layer.Layer<Layer.Layer.Success<typeof Callers.admin.appKeys>, E, R>) =>
  Effect.flatMap(AdminAccounts.AdminAccounts, ({ list }) => list).pipe(
    Effect.provide(AdminAccounts.layer.pipe(Layer.provide(credentials)))
  )

const user = <E, R>(credentials: Layer.Layer<Layer.Layer.Success<ReturnType<typeof UserToken.layer>>, E, R>) =>
  Effect.flatMap(UserAccounts.UserAccounts, ({ status }) => status).pipe(
    Effect.provide(UserAccounts.layer.pipe(Layer.provide(credentials)))
  )

const basic = (pair: string) => `Basic ${btoa(pair)}`
const secret = Redacted.make("own-secret")
const login = { username: "scotty", directoryId: directory, password: "own-secret" }

/** Credentials of which one option is given, and where the request shows it and the rest of the environment. */
const cases = {
  "AppKeys, a value": [admin(AppKeys.layerConfig({ secret })), { headers: { authorization: basic("app:own-secret") } }],
  "AppKeys, a Config": [
    admin(AppKeys.layerConfig({ secret: Config.redacted("OWN_SECRET") })),
    { headers: { authorization: basic("app:own-secret") } }
  ],
  OrgAppKeys: [
    admin(OrgAppKeys.layerConfig({ applicationId: other })),
    { headers: { authorization: basic("org:org-secret"), applicationid: other } }
  ],
  DevUserToken: [
    admin(DevUserToken.layerConfig({ token: secret })),
    { headers: { token: "own-secret", applicationid: Callers.applicationId } }
  ],
  UserToken: [
    user(UserToken.layerConfig({ applicationId: Schema.Config("GLOWMARKT_DIRECTORY_ID", Identifier.ApplicationId) })),
    { headers: { token: "user-token", applicationid: directory } }
  ],
  DevUserSession: [
    admin(DevUserSession.layerConfig({ password: secret })),
    { body: { username: "dev", password: "own-secret" } }
  ],
  "DevUserSession, cached": [
    admin(DevUserSession.layerCachedConfig({ password: secret })),
    { body: { username: "dev", password: "own-secret" } }
  ],
  UserSession: [user(UserSession.layerConfig({ password: secret })), { body: login }],
  "UserSession, cached": [user(UserSession.layerCachedConfig({ password: secret })), { body: login }],
  "UserSession, its optional option": [
    user(UserSession.layerConfig({ directoryId: Identifier.DirectoryId.make(other) })),
    { body: { ...login, directoryId: other, password: "beam-me-up" } }
  ]
} as const

describe("layerConfig with a part of the options", () => {
  for (const [name, [call, sent]] of Object.entries(cases)) {
    it.effect(`takes the rest from the environment: ${name}`, () => {
      const { layer, seen } = wire()
      return Effect.gen(function* () {
        yield* call
        if ("headers" in sent) {
          for (const [header, value] of Object.entries(sent.headers)) {
            assert.strictEqual(seen[0]?.headers[header], value)
          }
        } else {
          assert.deepStrictEqual(JSON.parse(seen[0]?.body ?? ""), sent.body)
        }
        assert.isTrue(seen[0]?.url.startsWith("https://white-label.test/api/v0-1/"))
      }).pipe(
        Effect.provide(Layer.provide(GlowmarktClient.layerConfig({ timeout: "5 seconds" }), layer)),
        Effect.provide(KeyValueStore.layerMemory),
        from(variables)
      )
    })
  }

  it.effect("reads no variable of an option that is given", () => {
    const { layer, seen } = wire()
    const keys = AppKeys.layerConfig({ key: "own", secret })
    return Effect.gen(function* () {
      yield* admin(keys)
      assert.strictEqual(seen[0]?.headers["authorization"], basic("own:own-secret"))
    }).pipe(
      Effect.provide(Layer.provide(GlowmarktClient.layerConfig({ baseUrl: Config.string("OWN_URL") }), layer)),
      from({ OWN_URL: "https://own.test/api" })
    )
  })

  it.effect("keeps each option of the client, and the base URL of the environment", () => {
    const { layer } = Wire.make(() => ({ status: 200, body: JSON.stringify([{ accountId: "a".repeat(100) }]) }))
    return Effect.gen(function* () {
      const client = yield* GlowmarktClient.GlowmarktClient
      assert.strictEqual(client.baseUrl, "https://white-label.test/api/v0-1")
      const error = yield* Effect.flip(admin(AppKeys.layerConfig()))
      assert.isTrue("reason" in error && error.reason === "TooLarge")
    }).pipe(
      Effect.provide(Layer.provide(GlowmarktClient.layerConfig({ maxBodyBytes: Config.succeed(50) }), layer)),
      from(variables)
    )
  })
})

describe("a base URL that is none", () => {
  const refused = [
    [
      "GLOWMARKT_BASE_URL",
      "in the environment",
      GlowmarktClient.layerConfig(),
      { GLOWMARKT_BASE_URL: "api.glowmarkt.com" }
    ],
    [
      "NO_URL",
      "by a Config of one's own",
      GlowmarktClient.layerConfig({ baseUrl: Config.string("NO_URL") }),
      variables
    ],
    ["baseUrl", "as a value", GlowmarktClient.layerConfig({ baseUrl: "api.glowmarkt.com" }), variables]
  ] as const

  for (const [name, how, client, map] of refused) {
    it.effect(`is an error of the configuration: ${how}`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(Layer.build(Layer.provide(client, wire().layer)))
        assert.isTrue(error._op === "InvalidData" && error.path.join(".") === name, String(error))
        assert.include(String(error), '"api.glowmarkt.com" is not a base URL')
      }).pipe(Effect.scoped, from(map))
    )
  }

  it("can be checked with the schema", () => {
    const isBaseUrl = Schema.is(GlowmarktClient.BaseUrl)
    assert.isTrue(isBaseUrl("https://white-label.test/api/v0-1"))
    assert.isFalse(isBaseUrl("https://key:secret@white-label.test/api"))
  })
})
