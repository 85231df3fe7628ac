import {
  AdminAccounts,
  type AdminCredentials,
  AppKeys,
  type Credential,
  DevUserToken,
  type GlowmarktClient,
  Identifier,
  OrgAppKeys,
  UserAccounts,
  type UserCredentials,
  UserSession,
  UserToken
} from "@effect-glowmarkt/core"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { describe, expect, test } from "tstyche"

declare const accountId: Identifier.AccountId
declare const client: Layer.Layer<GlowmarktClient.GlowmarktClient>

const applicationId = Identifier.ApplicationId.make("0537b17c-ab62-491c-8085-9ac2b6206346")
const secret = Redacted.make("…")

const appKeys = AppKeys.layer({ key: "k", secret })
const orgAppKeys = OrgAppKeys.layer({ key: "k", secret, applicationId })
const devUserToken = DevUserToken.layer({ token: secret, applicationId })
const userToken = UserToken.layer({ token: secret, applicationId })
const session = UserSession.layer({ applicationId, username: "u", password: secret })

const adminProgram = Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => admin.status(accountId))
const userProgram = Effect.flatMap(UserAccounts.UserAccounts, (user) => user.status)

describe("an admin operation", () => {
  test("runs with each admin scheme", () => {
    const run = (credentials: Layer.Layer<AdminCredentials.AdminCredentials>) =>
      Effect.runPromise(
        adminProgram.pipe(Effect.provide(AdminAccounts.layer), Effect.provide(credentials), Effect.provide(client))
      )
    expect(run).type.toBeCallableWith(appKeys)
    expect(run).type.toBeCallableWith(orgAppKeys)
    expect(run).type.toBeCallableWith(devUserToken)
    expect(run).type.not.toBeCallableWith(userToken)
  })

  test("does not compile without credentials, and the message names the missing service", () => {
    expect(
      Effect.runPromise(adminProgram.pipe(Effect.provide(AdminAccounts.layer), Effect.provide(client)))
    ).type.toRaiseError("AdminCredentials")
  })

  test("does not compile with only a user's credentials", () => {
    expect(
      Effect.runPromise(
        adminProgram.pipe(Effect.provide(AdminAccounts.layer), Effect.provide(userToken), Effect.provide(client))
      )
    ).type.toRaiseError("AdminCredentials")
    expect(
      Effect.runPromise(
        adminProgram.pipe(Effect.provide(AdminAccounts.layer), Effect.provide(session), Effect.provide(client))
      )
    ).type.toRaiseError("AdminCredentials")
  })
})

describe("a user operation", () => {
  test("runs with a token or a session", () => {
    const withToken = userProgram.pipe(
      Effect.provide(UserAccounts.layer),
      Effect.provide(userToken),
      Effect.provide(client)
    )
    const withSession = userProgram.pipe(
      Effect.provide(UserAccounts.layer),
      Effect.provide(session),
      Effect.provide(client)
    )
    expect(Effect.runPromise(withToken)).type.not.toRaiseError()
    expect(Effect.runPromise(withSession)).type.not.toRaiseError()
  })

  test("does not compile with an administrator's credentials", () => {
    for (const credentials of [appKeys, orgAppKeys, devUserToken]) {
      expect(
        Effect.runPromise(
          userProgram.pipe(Effect.provide(UserAccounts.layer), Effect.provide(credentials), Effect.provide(client))
        )
      ).type.toRaiseError("UserCredentials")
    }
  })

  test("does not compile without credentials", () => {
    expect(
      Effect.runPromise(userProgram.pipe(Effect.provide(UserAccounts.layer), Effect.provide(client)))
    ).type.toRaiseError("UserCredentials")
  })
})

describe("an incomplete combination", () => {
  test("cannot be built", () => {
    expect(OrgAppKeys.layer).type.not.toBeCallableWith({ key: "k", secret })
    expect(DevUserToken.layer).type.not.toBeCallableWith({ token: secret })
    expect(UserToken.layer).type.not.toBeCallableWith({ token: secret })
    expect(UserSession.layer).type.not.toBeCallableWith({ username: "u", password: secret })
  })

  test("cannot be written as a grant, either", () => {
    expect<Credential.AdminGrant>().type.not.toBeAssignableFrom({ orgAppKeys: secret })
    expect<Credential.AdminGrant>().type.not.toBeAssignableFrom({ devUserToken: secret })
    expect<Credential.UserGrant>().type.not.toBeAssignableFrom({ userToken: secret })
  })

  test("accepts no plain strings for ids or secrets", () => {
    expect(OrgAppKeys.layer).type.not.toBeCallableWith({ key: "k", secret, applicationId: "0537b17c" })
    expect(AppKeys.layer).type.not.toBeCallableWith({ key: "k", secret: "s" })
    expect<AdminAccounts.AdminAccounts["Type"]["status"]>().type.not.toBeCallableWith("ffe4f42e")
  })
})

describe("layers", () => {
  test("provide one service each", () => {
    expect(appKeys).type.toBe<Layer.Layer<AdminCredentials.AdminCredentials>>()
    expect(userToken).type.toBe<Layer.Layer<UserCredentials.UserCredentials>>()
    expect(session).type.toBe<
      Layer.Layer<UserCredentials.UserCredentials | UserSession.UserSession, never, GlowmarktClient.GlowmarktClient>
    >()
  })
})
