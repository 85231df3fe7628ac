import * as KeyValueStore from "@effect/platform/KeyValueStore"
import { assert, describe, it } from "@effect/vitest"
import { AdminAccounts, DevUserSession, RetryPolicy } from "@effect-glowmarkt/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import * as Callers from "./support/Callers.js"
import * as Wire from "./support/Wire.js"

const { applicationId } = Callers

describe("DevUserSession", () => {
  it.scoped("caches its token in a store", () => {
    const wire = Wire.make((request) =>
      request.url.endsWith("/devauth") ? Wire.json({ token: "dev-1" }) : Wire.json([])
    )
    return Effect.gen(function* () {
      const store = Layer.succeedContext(yield* Layer.build(KeyValueStore.layerMemory))
      const run = (username: string) =>
        Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => admin.list).pipe(
          Effect.provide(
            AdminAccounts.layer.pipe(
              Layer.provide(
                DevUserSession.layerCached({ username, password: Redacted.make("dev-pass"), applicationId })
              ),
              Layer.provide(Callers.client(wire)),
              Layer.provide(store)
            )
          )
        )
      const signIns = () => wire.seen.filter((seen) => seen.url.endsWith("/devauth")).length
      yield* run("dev")
      yield* run("dev")
      assert.strictEqual(signIns(), 1)
      // Another user does not get this token.
      yield* run("another")
      assert.strictEqual(signIns(), 2)
    })
  })

  for (const [name, answer, outcome] of [
    ["revokes the token", Wire.json({ valid: true }), "revoked"],
    ["only forgets a token that the provider refuses to revoke", { status: 401 }, "forgotten"],
    ["only forgets a token that the provider declines to revoke", Wire.json({ valid: false }), "forgotten"]
  ] satisfies Array<[string, Wire.Response, string]>) {
    it.effect(`sign-out ${name}`, () => {
      const wire = Wire.make((request) =>
        request.url.endsWith("/devauth")
          ? Wire.json({ token: "dev-1" })
          : request.method === "DELETE"
            ? answer
            : Wire.json([])
      )
      return Effect.gen(function* () {
        const { list } = yield* AdminAccounts.AdminAccounts
        const session = yield* DevUserSession.DevUserSession
        assert.strictEqual(yield* session.signOut, "forgotten")
        assert.lengthOf(wire.seen, 0)
        yield* list
        assert.strictEqual(yield* session.signOut, outcome)
        assert.strictEqual(wire.seen[2]?.headers["token"], "dev-1")
        yield* list
        assert.strictEqual(wire.seen[3]?.url, `${Callers.baseUrl}/devauth`)
      }).pipe(
        Effect.provide(
          AdminAccounts.layer.pipe(
            Layer.provideMerge(
              DevUserSession.layer({ username: "dev", password: Redacted.make("dev-pass"), applicationId })
            ),
            Layer.provide(Callers.client(wire))
          )
        )
      )
    })
  }

  it.effect("keeps a token that could not be revoked, so that sign-out can be retried", () => {
    let down = true
    const wire = Wire.make((request) =>
      request.url.endsWith("/devauth")
        ? Wire.json({ token: "dev-1" })
        : request.method === "DELETE"
          ? down
            ? { status: 500 }
            : Wire.json({ valid: true })
          : Wire.json([])
    )
    return Effect.gen(function* () {
      const { list } = yield* AdminAccounts.AdminAccounts
      const session = yield* DevUserSession.DevUserSession
      yield* list
      assert.strictEqual((yield* Effect.flip(session.signOut))._tag, "ServerError")
      down = false
      assert.strictEqual(yield* session.signOut, "revoked")
    }).pipe(
      Effect.provide(
        AdminAccounts.layer.pipe(
          Layer.provideMerge(
            DevUserSession.layer({ username: "dev", password: Redacted.make("dev-pass"), applicationId })
          ),
          Layer.provide(Callers.client(wire, RetryPolicy.none))
        )
      )
    )
  })

  it.effect("signs in through /devauth and uses the token for administrator operations", () => {
    const wire = Wire.make((request) =>
      request.url.endsWith("/devauth") ? Wire.json({ token: "dev-1" }) : Wire.json([])
    )
    return Effect.gen(function* () {
      const admin = yield* AdminAccounts.AdminAccounts
      yield* admin.list
      yield* TestClock.adjust("365 days")
      yield* admin.list
      assert.lengthOf(wire.seen, 3)
      assert.deepStrictEqual(JSON.parse(wire.seen[0]?.body ?? ""), { username: "dev", password: "dev-pass" })
      assert.isUndefined(wire.seen[0]?.headers["applicationid"])
      assert.strictEqual(wire.seen[2]?.headers["token"], "dev-1")
      assert.strictEqual(wire.seen[2]?.headers["applicationid"], applicationId)
    }).pipe(
      Effect.provide(
        AdminAccounts.layer.pipe(
          Layer.provide(DevUserSession.layer({ username: "dev", password: Redacted.make("dev-pass"), applicationId })),
          Layer.provide(Callers.client(wire))
        )
      )
    )
  })
})
