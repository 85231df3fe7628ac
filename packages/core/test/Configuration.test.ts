import * as KeyValueStore from "@effect/platform/KeyValueStore"
import { assert, describe, it } from "@effect/vitest"
import {
  AdminAccounts,
  AppKeys,
  DevUserSession,
  DevUserToken,
  GlowmarktClient,
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
import * as Callers from "./support/Callers.js"
import * as Wire from "./support/Wire.js"

const variables: Readonly<Record<string, string>> = {
  GLOWMARKT_BASE_URL: "https://white-label.test/api/v0-1/",
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
  GLOWMARKT_PASSWORD: "beam-me-up"
}

const wire = () =>
  Wire.make((request) =>
    request.url.endsWith("/devauth")
      ? Wire.json({ token: "session-token" })
      : request.url.endsWith("/auth")
        ? Wire.json({ valid: true, token: "session-token", exp: 3600 })
        : Wire.json(request.url.endsWith("/account") ? [] : { accountId: Callers.accountId, status: "active" })
  )

const list = Effect.asVoid(Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => admin.list))
const status = Effect.asVoid(Effect.flatMap(UserAccounts.UserAccounts, (user) => user.status))

const basic = (pair: string) => `Basic ${Buffer.from(pair).toString("base64")}`

/** A call with credentials from configuration, over a client from configuration. */
const cases = {
  appKeys: {
    call: Effect.provide(list, AdminAccounts.layer.pipe(Layer.provide(AppKeys.layerConfig()))),
    reads: ["GLOWMARKT_APP_KEY", "GLOWMARKT_APP_SECRET"],
    sends: { authorization: basic("app:app-secret") }
  },
  orgAppKeys: {
    call: Effect.provide(list, AdminAccounts.layer.pipe(Layer.provide(OrgAppKeys.layerConfig()))),
    reads: ["GLOWMARKT_ORG_KEY", "GLOWMARKT_ORG_SECRET", "GLOWMARKT_APPLICATION_ID"],
    sends: { authorization: basic("org:org-secret"), applicationid: Callers.applicationId }
  },
  devUserToken: {
    call: Effect.provide(list, AdminAccounts.layer.pipe(Layer.provide(DevUserToken.layerConfig()))),
    reads: ["GLOWMARKT_DEV_TOKEN", "GLOWMARKT_APPLICATION_ID"],
    sends: { token: "dev-token", applicationid: Callers.applicationId }
  },
  devUserSession: {
    call: Effect.provide(list, AdminAccounts.layer.pipe(Layer.provide(DevUserSession.layerConfig()))),
    reads: ["GLOWMARKT_DEV_USERNAME", "GLOWMARKT_DEV_PASSWORD", "GLOWMARKT_APPLICATION_ID"],
    sends: { token: "session-token", applicationid: Callers.applicationId }
  },
  "devUserSession, cached,": {
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
  userToken: {
    call: Effect.provide(status, UserAccounts.layer.pipe(Layer.provide(UserToken.layerConfig()))),
    reads: ["GLOWMARKT_USER_TOKEN", "GLOWMARKT_APPLICATION_ID"],
    sends: { token: "user-token", applicationid: Callers.applicationId }
  },
  userSession: {
    call: Effect.provide(status, UserAccounts.layer.pipe(Layer.provide(UserSession.layerConfig()))),
    reads: ["GLOWMARKT_USERNAME", "GLOWMARKT_PASSWORD", "GLOWMARKT_APPLICATION_ID"],
    sends: { token: "session-token", applicationid: Callers.applicationId }
  },
  "userSession, cached,": {
    call: Effect.provide(
      status,
      UserAccounts.layer.pipe(Layer.provide(UserSession.layerCachedConfig()), Layer.provide(KeyValueStore.layerMemory))
    ),
    reads: ["GLOWMARKT_USERNAME", "GLOWMARKT_PASSWORD", "GLOWMARKT_APPLICATION_ID"],
    sends: { token: "session-token", applicationid: Callers.applicationId }
  }
}

const from = (map: Readonly<Record<string, string>>) =>
  Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(map))))

/** The variables that an error of configuration names. */
const named = (error: ConfigError.ConfigError): ReadonlyArray<string> =>
  error._op === "And" || error._op === "Or" ? [...named(error.left), ...named(error.right)] : [error.path.join(".")]

for (const [scheme, { call, reads, sends }] of Object.entries(cases)) {
  describe(`${scheme} from configuration`, () => {
    it.effect("calls the base URL of the configuration with its credentials", () => {
      const { layer, seen } = wire()
      return Effect.gen(function* () {
        yield* call
        const last = seen.at(-1)
        assert.isTrue(last?.url.startsWith("https://white-label.test/api/v0-1/account"))
        for (const [name, value] of Object.entries(sends)) assert.strictEqual(last?.headers[name], value)
      }).pipe(Effect.provide(GlowmarktClient.layerConfig().pipe(Layer.provide(layer))), from(variables))
    })

    for (const missing of reads) {
      for (const [how, map] of [
        ["absent", Object.fromEntries(Object.entries(variables).filter(([name]) => name !== missing))],
        ["empty", { ...variables, [missing]: "" }]
      ] as const) {
        it.effect(`names ${missing} where it is ${how}, and sends nothing`, () => {
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

describe("a base URL from configuration", () => {
  const refused = [
    ["api.glowmarkt.com", '"api.glowmarkt.com"'],
    ["ftp://api.glowmarkt.com", '"ftp://api.glowmarkt.com"'],
    [" https://api.glowmarkt.com", '" https://api.glowmarkt.com"'],
    ["https://api.glowmarkt.com/?x=1", '"https://api.glowmarkt.com/?x=1"'],
    ["https://api.glowmarkt.com/#api", '"https://api.glowmarkt.com/#api"'],
    ["https://key:s3cret@api.glowmarkt.com", '"https://…@api.glowmarkt.com"']
  ] as const

  for (const [url, named] of refused) {
    it.effect(`must be one: ${named}`, () => {
      const { layer } = wire()
      return Effect.gen(function* () {
        const error = yield* Effect.flip(Layer.build(GlowmarktClient.layerConfig().pipe(Layer.provide(layer))))
        assert.include(String(error), `${named} is not a base URL`)
        assert.notInclude(String(error), "s3cret")
      }).pipe(Effect.scoped, from({ GLOWMARKT_BASE_URL: url }))
    })
  }

  it.effect("is Glowmarkt's own unless another is given", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* GlowmarktClient.config).baseUrl, GlowmarktClient.defaultBaseUrl)
    }).pipe(from({}))
  )
})

describe("a program's own names for its settings", () => {
  it.effect("are as good as ours", () => {
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

  it.effect("are so for a client and a session, too", () => {
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
