import { assert, describe, it } from "@effect/vitest"
import { AdminAccounts, Auth, type GlowmarktError } from "@effect-glowmarkt/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Callers from "./support/Callers.js"
import * as Wire from "./support/Wire.js"

const { accountId, applicationId } = Callers

const otherAccount = "00000000-7c1a-4ea3-9ec8-087d4a1071e6"
const otherApplication = "00000000-ab62-491c-8085-9ac2b6206346"

const calls = {
  get: Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => Effect.asVoid(admin.get(accountId))),
  status: Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => Effect.asVoid(admin.status(accountId))),
  rename: Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => Effect.asVoid(admin.rename(accountId, "Flat 3"))),
  remove: Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => Effect.asVoid(admin.remove(accountId)))
}

const answering = (body: object, credentials: keyof typeof Callers.admin) =>
  Callers.adminOver(
    Wire.make(() => Wire.json({ status: "active", ...body })),
    Callers.admin[credentials]
  )

describe("decodeResponse", () => {
  for (const [name, call] of Object.entries(calls)) {
    it.effect(`${name} refuses a response about another account`, () =>
      Effect.gen(function* () {
        const error: GlowmarktError.GlowmarktError = yield* Effect.flip<
          void,
          GlowmarktError.GlowmarktError,
          AdminAccounts.AdminAccounts
        >(call)
        assert.isTrue(error._tag === "InvalidResponse" && error.reason === "Mismatch" && !error.isTransient)
        // A write has been carried out, perhaps on the other account.
        assert.isTrue(error.mayHaveBeenApplied)
        assert.match(error.message, /is about a different account/)
        assert.notInclude(error.message, otherAccount)
      }).pipe(Effect.provide(answering({ accountId: otherAccount }, "appKeys")))
    )
  }

  for (const credentials of ["orgAppKeys", "devUserToken"] as const) {
    it.effect(`refuses a response about another application than that of ${credentials}`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(calls.status)
        assert.isTrue(error._tag === "InvalidResponse" && error.reason === "Mismatch")
        assert.match(error.message, /is for a different application/)
      }).pipe(Effect.provide(answering({ accountId, applicationId: otherApplication }, credentials)))
    )
  }

  it.effect("accepts an id in another case, no id, and an id that cannot be compared", () =>
    Effect.gen(function* () {
      const same = { accountId: accountId.toUpperCase(), applicationId: applicationId.toUpperCase() }
      yield* Effect.provide(calls.status, answering(same, "orgAppKeys"))
      yield* Effect.provide(calls.status, answering({ accountId: null, applicationId: "" }, "orgAppKeys"))
      yield* Effect.provide(calls.status, answering({ applicationId: otherApplication }, "appKeys"))
    })
  )

  it.effect("refuses a sign-in to another application", () =>
    Effect.gen(function* () {
      const auth = yield* Auth.Auth
      const error = yield* Effect.flip(auth.signIn({ applicationId, username: "scotty", password: Redacted.make("x") }))
      assert.isTrue(error._tag === "InvalidResponse" && error.reason === "Mismatch")
    }).pipe(
      Effect.provide(
        Layer.provide(
          Auth.layer,
          Callers.client(
            Wire.make(() => Wire.json({ token: "t", exp: 3600, accountId, applicationId: otherApplication }))
          )
        )
      )
    )
  )
})
