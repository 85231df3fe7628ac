import { AppKeys, GlowmarktClient, Identifier, OrgAppKeys, UserSession } from "@effect-glowmarkt/core"
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import type * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { describe, expect, test } from "tstyche"

const secret = Redacted.make("…")
const applicationId = Identifier.ApplicationId.make("0537b17c-ab62-491c-8085-9ac2b6206346")

describe("layerConfig", () => {
  test("accepts none, some or all of the options", () => {
    expect(AppKeys.layerConfig).type.toBeCallableWith()
    expect(AppKeys.layerConfig).type.toBeCallableWith({})
    expect(AppKeys.layerConfig).type.toBeCallableWith({ key: "k" })
    expect(AppKeys.layerConfig).type.toBeCallableWith({ key: "k", secret })
    expect(OrgAppKeys.layerConfig).type.toBeCallableWith({ applicationId })
    expect(UserSession.layerCachedConfig).type.toBeCallableWith({ directoryId: Config.fail("none") })
    expect(GlowmarktClient.layerConfig).type.toBeCallableWith({ timeout: "5 seconds" })
  })

  test("accepts values and Configs together", () => {
    expect(AppKeys.layerConfig).type.toBeCallableWith({ key: Config.string("KEY"), secret })
    expect(GlowmarktClient.layerConfig).type.toBeCallableWith({
      baseUrl: Config.string("URL"),
      timeout: Config.duration("TIMEOUT"),
      maxBodyBytes: 1000
    })
  })

  test("accepts no other option, no other type, and no undefined", () => {
    expect(AppKeys.layerConfig).type.not.toBeCallableWith({ token: secret })
    expect(AppKeys.layerConfig).type.not.toBeCallableWith({ secret: "in clear" })
    expect(AppKeys.layerConfig).type.not.toBeCallableWith({ secret: Config.string("SECRET") })
    expect(OrgAppKeys.layerConfig).type.not.toBeCallableWith({ applicationId: "unchecked" })
    expect(GlowmarktClient.layerConfig).type.not.toBeCallableWith({ baseUrl: undefined })
  })

  test("fails with the configuration error", () => {
    expect<Layer.Layer.Error<ReturnType<typeof AppKeys.layerConfig>>>().type.toBe<ConfigError.ConfigError>()
  })
})
