import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { AdminAccounts, Auth, GlowmarktClient, Identifier, UserAccounts } from "@effect-glowmarkt/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Callers from "./support/Callers.js"
import * as Wire from "./support/Wire.js"

const { version }: { version: string } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"))
const { accountId, applicationId } = Callers
const directoryId = Identifier.DirectoryId.make("2e214dec-bf44-4f58-83d0-2fa89d023e90")
const secret = Redacted.make("new-secret")

const basic = (key: string, value: string) => `Basic ${Buffer.from(`${key}:${value}`).toString("base64")}`

// The three credential headers. A header that is absent here must not be sent.
const authentication = (seen: Wire.Seen | undefined) => ({
  authorization: seen?.headers["authorization"],
  token: seen?.headers["token"],
  applicationid: seen?.headers["applicationid"]
})

const none = { authorization: undefined, token: undefined, applicationid: undefined }

type Admin = (admin: AdminAccounts.AdminAccounts["Type"]) => Effect.Effect<unknown, unknown>
type User = (user: UserAccounts.UserAccounts["Type"]) => Effect.Effect<unknown, unknown>

// Copied from the provider's definition, not derived from our contract.
const adminOperations: ReadonlyArray<readonly [string, string, Admin]> = [
  ["GET /account", "scoped", (admin) => admin.list],
  ["POST /account", "scoped", (admin) => admin.add({ username: "scotty", directoryId })],
  [`GET /account/${accountId}`, "scoped", (admin) => admin.get(accountId)],
  [`PUT /account/${accountId}`, "scoped", (admin) => admin.rename(accountId, "Scotty")],
  [`DELETE /account/${accountId}`, "unscoped", (admin) => admin.remove(accountId)],
  [`GET /account/${accountId}/status`, "scoped", (admin) => admin.status(accountId)]
]

const userOperations: ReadonlyArray<readonly [string, unknown, User]> = [
  ["GET /account/status", undefined, (user) => user.status],
  ["POST /account/email", { email: "scotty@enterprise.st" }, (user) => user.changeEmail("scotty@enterprise.st")],
  ["POST /account/name", { name: "Scotty" }, (user) => user.changeName("Scotty")],
  [
    "POST /account/changepassword",
    { oldPassword: "old-secret", newPassword: "new-secret" },
    (user) => user.changePassword({ oldPassword: Redacted.make("old-secret"), newPassword: secret })
  ],
  [
    `POST /account/${accountId}/mobileapptoken`,
    { newToken: "new-secret" },
    (user) => user.addMobileAppToken(accountId, secret)
  ],
  [
    `PUT /account/${accountId}/mobileapptoken`,
    { removeToken: "new-secret" },
    (user) => user.removeMobileAppToken(accountId, secret)
  ]
]

const expected: Record<keyof typeof Callers.admin, { readonly scoped: object; readonly unscoped: object }> = {
  appKeys: {
    scoped: { ...none, authorization: basic("app", "app-secret") },
    unscoped: { ...none, authorization: basic("app", "app-secret") }
  },
  orgAppKeys: {
    scoped: { ...none, authorization: basic("org", "org-secret"), applicationid: applicationId },
    unscoped: { ...none, authorization: basic("org", "org-secret") }
  },
  devUserToken: {
    scoped: { ...none, token: "dev-token", applicationid: applicationId },
    unscoped: { ...none, token: "dev-token" }
  }
}

const line = (seen: Wire.Seen | undefined) => `${seen?.method} ${seen?.url.slice(Callers.baseUrl.length)}`

describe("Credential", () => {
  for (const scheme of ["appKeys", "orgAppKeys", "devUserToken"] as const) {
    for (const [route, scope, call] of adminOperations) {
      it.effect(`${route} with ${scheme}`, () => {
        const wire = Wire.make(() => Wire.json({}))
        return Effect.gen(function* () {
          yield* Effect.exit(call(yield* AdminAccounts.AdminAccounts))
          assert.strictEqual(line(wire.seen[0]), route)
          assert.deepStrictEqual(
            authentication(wire.seen[0]),
            scope === "scoped" ? expected[scheme].scoped : expected[scheme].unscoped
          )
        }).pipe(Effect.provide(Callers.adminOver(wire, Callers.admin[scheme])))
      })
    }
  }

  for (const [route, body, call] of userOperations) {
    it.effect(`${route} with userToken`, () => {
      const wire = Wire.make(() => Wire.json({ valid: true, status: "active" }))
      return Effect.gen(function* () {
        yield* call(yield* UserAccounts.UserAccounts)
        assert.strictEqual(line(wire.seen[0]), route)
        assert.deepStrictEqual(authentication(wire.seen[0]), {
          ...none,
          token: "user-token",
          applicationid: applicationId
        })
        assert.deepStrictEqual(wire.seen[0]?.body, body === undefined ? "" : JSON.stringify(body))
      }).pipe(Effect.provide(Callers.userOver(wire)))
    })
  }

  it.effect("administrator operations send their input as JSON", () => {
    const wire = Wire.make(() => Wire.json({ accountId }))
    return Effect.gen(function* () {
      const admin = yield* AdminAccounts.AdminAccounts
      yield* admin.add({ username: "scotty", directoryId })
      yield* admin.rename(accountId, "Montgomery Scott")
      assert.deepStrictEqual(
        wire.seen.map((seen) => JSON.parse(seen.body)),
        [{ username: "scotty", directoryId }, { name: "Montgomery Scott" }]
      )
    }).pipe(Effect.provide(Callers.adminOver(wire)))
  })

  it.effect("signing in sends the application id and no other credentials", () => {
    const wire = Wire.make(() => Wire.json({ valid: true, token: "t", exp: 2_000_000_000 }))
    return Effect.gen(function* () {
      const auth = yield* Auth.Auth
      const signedIn = yield* auth.signIn({ applicationId, username: "scotty", password: secret })
      assert.strictEqual(Redacted.value(signedIn.token), "t")
      assert.strictEqual(line(wire.seen[0]), "POST /auth")
      assert.deepStrictEqual(authentication(wire.seen[0]), { ...none, applicationid: applicationId })
      assert.deepStrictEqual(JSON.parse(wire.seen[0]?.body ?? ""), { username: "scotty", password: "new-secret" })

      yield* Effect.exit(auth.check({ applicationId, token: signedIn.token }))
      yield* Effect.exit(auth.renew({ applicationId, token: signedIn.token }))
      yield* Effect.exit(auth.revoke({ applicationId, token: signedIn.token }))
      assert.deepStrictEqual(wire.seen.slice(1).map(line), [
        "GET /auth",
        "GET /auth/newToken",
        "DELETE /auth/deleteToken"
      ])
      for (const seen of wire.seen.slice(1)) {
        assert.deepStrictEqual(authentication(seen), { ...none, token: "t", applicationid: applicationId })
      }
    }).pipe(Effect.provide(Auth.layer.pipe(Layer.provide(Callers.client(wire)))))
  })

  it.effect("every request has a user agent and accepts JSON", () => {
    const wire = Wire.make(() => Wire.json([]))
    return Effect.gen(function* () {
      yield* (yield* AdminAccounts.AdminAccounts).list
      const { accept, "user-agent": userAgent } = wire.seen[0]?.headers ?? {}
      assert.deepStrictEqual(
        { accept, userAgent },
        { accept: "application/json", userAgent: `effect-glowmarkt/${version}` }
      )
    }).pipe(Effect.provide(Callers.adminOver(wire)))
  })

  it.effect("trailing slashes of the base URL are ignored", () => {
    const wire = Wire.make(() => Wire.json([]))
    return Effect.gen(function* () {
      yield* (yield* AdminAccounts.AdminAccounts).list
      assert.strictEqual(wire.seen[0]?.url, "https://other.test/v9/account")
    }).pipe(
      Effect.provide(
        AdminAccounts.layer.pipe(
          Layer.provide(Callers.admin.appKeys),
          Layer.provide(GlowmarktClient.layer({ baseUrl: "https://other.test/v9//" })),
          Layer.provide(wire.layer)
        )
      )
    )
  })
})
