import {
  AdminAccounts,
  AppKeys,
  DevUserToken,
  GlowmarktClient,
  Identifier,
  OrgAppKeys,
  type RetryPolicy,
  UserAccounts,
  UserToken
} from "@effect-glowmarkt/core"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Wire from "./Wire.js"

export const baseUrl = "https://glow.test/api/v0-1"
export const accountId = Identifier.AccountId.make("ffe4f42e-7c1a-4ea3-9ec8-087d4a1071e6")
export const applicationId = Identifier.ApplicationId.make("0537b17c-ab62-491c-8085-9ac2b6206346")

export const admin = {
  appKeys: AppKeys.layer({ key: "app", secret: Redacted.make("app-secret") }),
  orgAppKeys: OrgAppKeys.layer({ key: "org", secret: Redacted.make("org-secret"), applicationId }),
  devUserToken: DevUserToken.layer({ token: Redacted.make("dev-token"), applicationId })
}

export const userToken = UserToken.layer({ token: Redacted.make("user-token"), applicationId })

export const client = (wire: ReturnType<typeof Wire.make>, retry?: RetryPolicy.RetryPolicy) =>
  GlowmarktClient.layer({ baseUrl, ...(retry === undefined ? {} : { retry }) }).pipe(Layer.provide(wire.layer))

export const adminOver = (
  wire: ReturnType<typeof Wire.make>,
  credentials: (typeof admin)[keyof typeof admin] = admin.appKeys,
  retry?: RetryPolicy.RetryPolicy
) => AdminAccounts.layer.pipe(Layer.provide(credentials), Layer.provide(client(wire, retry)))

export const userOver = (wire: ReturnType<typeof Wire.make>, retry?: RetryPolicy.RetryPolicy) =>
  UserAccounts.layer.pipe(Layer.provide(userToken), Layer.provide(client(wire, retry)))
