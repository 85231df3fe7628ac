import type * as KeyValueStore from "@effect/platform/KeyValueStore"
import {
  type AdminAccounts,
  AppKeys,
  DevUserSession,
  type UserAccounts,
  UserSession,
  UserToken
} from "@effect-glowmarkt/core"
import { NodeAccounts } from "@effect-glowmarkt/core/node"
import type * as ConfigError from "effect/ConfigError"
import type * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { describe, expect, test } from "tstyche"

const keys = AppKeys.layer({ key: "k", secret: Redacted.make("…") })

describe("NodeAccounts", () => {
  test("requires nothing and fails with a ConfigError", () => {
    expect(NodeAccounts.layerAdmin(keys)).type.toBe<Layer.Layer<AdminAccounts.AdminAccounts, ConfigError.ConfigError>>()
    expect(NodeAccounts.layerAdmin(DevUserSession.layerConfig())).type.toBe<
      Layer.Layer<AdminAccounts.AdminAccounts, ConfigError.ConfigError>
    >()
    expect(NodeAccounts.layerUser(UserSession.layerConfig())).type.toBe<
      Layer.Layer<UserAccounts.UserAccounts, ConfigError.ConfigError>
    >()
  })

  test("requires the services that the credentials need, except the client", () => {
    expect(NodeAccounts.layerUser(UserSession.layerCachedConfig())).type.toBe<
      Layer.Layer<UserAccounts.UserAccounts, ConfigError.ConfigError, KeyValueStore.KeyValueStore>
    >()
  })

  test("does not accept the credentials of the other kind of caller", () => {
    expect(NodeAccounts.layerAdmin).type.not.toBeCallableWith(UserToken.layerConfig())
    expect(NodeAccounts.layerUser).type.not.toBeCallableWith(AppKeys.layerConfig())
    expect(NodeAccounts.layerAdmin(UserToken.layerConfig())).type.toRaiseError("AdminCredentials")
  })

  test("accepts each option of the client as a value or a Config", () => {
    expect(NodeAccounts.layerAdmin).type.toBeCallableWith(keys, { timeout: "5 seconds", transport: { connections: 8 } })
    expect(NodeAccounts.layerAdmin).type.not.toBeCallableWith(keys, { timeouts: "5 seconds" })
  })
})
