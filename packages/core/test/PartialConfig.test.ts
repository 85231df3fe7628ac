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
import type * as ConfigError from "effect/ConfigError"
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

/** Credentials with one option given, and what the request then contains. */
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

describe("layerConfig with some of the options", () => {
  for (const [name, [call, sent]] of Object.entries(cases)) {
    it.effect(`reads the others from the environment: ${name}`, () => {
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

  it.effect("does not read the variable of a given option", () => {
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

  it.effect("uses the given client options and the base URL of the environment", () => {
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

const list = Effect.asVoid(Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => admin.list))
const status = Effect.asVoid(Effect.flatMap(UserAccounts.UserAccounts, (user) => user.status))

/**
 * Calls with credentials from configuration, the variables that they need, and the headers that
 * they send.
 */
const schemes = {
  "AppKeys.layerConfig": {
    call: Effect.provide(list, AdminAccounts.layer.pipe(Layer.provide(AppKeys.layerConfig()))),
    reads: ["GLOWMARKT_APP_KEY", "GLOWMARKT_APP_SECRET"],
    sends: { authorization: basic("app:app-secret") }
  },
  "OrgAppKeys.layerConfig": {
    call: Effect.provide(list, AdminAccounts.layer.pipe(Layer.provide(OrgAppKeys.layerConfig()))),
    reads: ["GLOWMARKT_ORG_KEY", "GLOWMARKT_ORG_SECRET", "GLOWMARKT_APPLICATION_ID"],
    sends: { authorization: basic("org:org-secret"), applicationid: Callers.applicationId }
  },
  "DevUserToken.layerConfig": {
    call: Effect.provide(list, AdminAccounts.layer.pipe(Layer.provide(DevUserToken.layerConfig()))),
    reads: ["GLOWMARKT_DEV_TOKEN", "GLOWMARKT_APPLICATION_ID"],
    sends: { token: "dev-token", applicationid: Callers.applicationId }
  },
  "DevUserSession.layerConfig": {
    call: Effect.provide(list, AdminAccounts.layer.pipe(Layer.provide(DevUserSession.layerConfig()))),
    reads: ["GLOWMARKT_DEV_USERNAME", "GLOWMARKT_DEV_PASSWORD", "GLOWMARKT_APPLICATION_ID"],
    sends: { token: "session-token", applicationid: Callers.applicationId }
  },
  "DevUserSession.layerCachedConfig": {
    call: Effect.provide(
      list,
      AdminAccounts.layer.pipe(
        Layer.provide(DevUserSession.layerCachedConfig()),
        Layer.provide(KeyValueStore.layerMemory)
      )
    ),
    reads: ["GLOWMARKT_DEV_USERNAME", "GLOWMARKT_DEV_PASSWORD", "GLOWMARKT_APPLICATION_ID"],
    sends: { token: "session-token", applicationid: Callers.applicationId }
  },
  "UserToken.layerConfig": {
    call: Effect.provide(status, UserAccounts.layer.pipe(Layer.provide(UserToken.layerConfig()))),
    reads: ["GLOWMARKT_USER_TOKEN", "GLOWMARKT_APPLICATION_ID"],
    sends: { token: "user-token", applicationid: Callers.applicationId }
  },
  "UserSession.layerConfig": {
    call: Effect.provide(status, UserAccounts.layer.pipe(Layer.provide(UserSession.layerConfig()))),
    reads: ["GLOWMARKT_USERNAME", "GLOWMARKT_PASSWORD", "GLOWMARKT_APPLICATION_ID"],
    sends: { token: "session-token", applicationid: Callers.applicationId }
  },
  "UserSession.layerCachedConfig": {
    call: Effect.provide(
      status,
      UserAccounts.layer.pipe(Layer.provide(UserSession.layerCachedConfig()), Layer.provide(KeyValueStore.layerMemory))
    ),
    reads: ["GLOWMARKT_USERNAME", "GLOWMARKT_PASSWORD", "GLOWMARKT_APPLICATION_ID"],
    sends: { token: "session-token", applicationid: Callers.applicationId }
  }
}

/** The variables that a configuration error names. */
const named = (error: ConfigError.ConfigError): ReadonlyArray<string> =>
  error._op === "And" || error._op === "Or" ? [...named(error.left), ...named(error.right)] : [error.path.join(".")]

for (const [layerConfig, { call, reads, sends }] of Object.entries(schemes)) {
  describe(layerConfig, () => {
    it.effect("uses the base URL and credentials of the environment", () => {
      const { layer, seen } = wire()
      return Effect.gen(function* () {
        yield* call
        const last = seen.at(-1)
        assert.isTrue(last?.url.startsWith("https://white-label.test/api/v0-1/account"))
        for (const [name, value] of Object.entries(sends)) assert.strictEqual(last?.headers[name], value)
      }).pipe(
        Effect.provide(GlowmarktClient.layerConfig().pipe(Layer.provide(layer))),
        from({ ...variables, GLOWMARKT_BASE_URL: "https://white-label.test/api/v0-1/" })
      )
    })

    for (const missing of reads) {
      for (const [how, map] of [
        ["absent", Object.fromEntries(Object.entries(variables).filter(([name]) => name !== missing))],
        ["empty", { ...variables, [missing]: "" }]
      ] as const) {
        it.effect(`names ${missing} if it is ${how} and sends nothing`, () => {
          const { layer, seen } = wire()
          return Effect.gen(function* () {
            const error = yield* Effect.flip(call)
            assert.isTrue("_op" in error)
            if ("_op" in error) assert.deepStrictEqual(named(error), [missing])
            assert.lengthOf(seen, 0)
          }).pipe(
            Effect.provide(GlowmarktClient.layer({ baseUrl: Callers.baseUrl }).pipe(Layer.provide(layer))),
            from(map)
          )
        })
      }
    }
  })
}

describe("layerConfig with a program's own variables", () => {
  it.effect("reads credentials from them", () => {
    const { layer, seen } = wire()
    const keys = AppKeys.layerConfig({
      key: Config.string("KEY").pipe(Config.nested("METERS")),
      secret: Config.redacted("SECRET").pipe(Config.nested("METERS"))
    })
    return Effect.gen(function* () {
      yield* Effect.provide(list, AdminAccounts.layer.pipe(Layer.provide(keys)))
      assert.strictEqual(seen[0]?.headers["authorization"], basic("mine:mine-secret"))
    }).pipe(
      Effect.provide(GlowmarktClient.layer({ baseUrl: Callers.baseUrl }).pipe(Layer.provide(layer))),
      Effect.withConfigProvider(ConfigProvider.fromJson({ METERS: { KEY: "mine", SECRET: "mine-secret" } }))
    )
  })

  it.effect("reads the settings of a client and a session from them", () => {
    const { layer, seen } = wire()
    const session = UserSession.layerConfig({
      username: Config.string("WHO"),
      password: Config.redacted("PROOF"),
      applicationId: Config.succeed(Callers.applicationId)
    })
    const client = GlowmarktClient.layerConfig({
      baseUrl: Config.string("WHERE"),
      timeout: Config.duration("PATIENCE")
    })
    return Effect.gen(function* () {
      yield* Effect.provide(status, UserAccounts.layer.pipe(Layer.provide(session)))
      assert.strictEqual(seen[0]?.url, "https://mine.test/auth")
      assert.deepStrictEqual(JSON.parse(seen[0]?.body ?? ""), { username: "scotty", password: "mine-secret" })
    }).pipe(
      Effect.provide(client.pipe(Layer.provide(layer))),
      from({ WHO: "scotty", PROOF: "mine-secret", WHERE: "https://mine.test", PATIENCE: "3 seconds" })
    )
  })
})
