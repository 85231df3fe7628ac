import { assert, describe, it } from "@effect/vitest"
import { AdminAccounts, AppKeys } from "@effect-glowmarkt/core"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Callers from "./support/Callers.js"
import * as Wire from "./support/Wire.js"

class Schools extends Context.Tag("Schools")<Schools, AdminAccounts.AdminAccounts["Type"]>() {}
class Homes extends Context.Tag("Homes")<Homes, AdminAccounts.AdminAccounts["Type"]>() {}

const as = <I>(tag: Context.Tag<I, AdminAccounts.AdminAccounts["Type"]>, key: string) =>
  Layer.project(AdminAccounts.layer, AdminAccounts.AdminAccounts, tag, (admin) => admin).pipe(
    Layer.provide(AppKeys.layer({ key, secret: Redacted.make("s") }))
  )

describe("AdminAccounts", () => {
  it.effect("two applications in one program use their own credentials", () => {
    const wire = Wire.make(() => Wire.json([]))
    return Effect.gen(function* () {
      yield* (yield* Schools).list
      yield* (yield* Homes).list
      assert.deepStrictEqual(
        wire.seen.map((seen) => Buffer.from(seen.headers["authorization"]?.slice(6) ?? "", "base64").toString()),
        ["schools:s", "homes:s"]
      )
    }).pipe(
      Effect.provide(Layer.merge(as(Schools, "schools"), as(Homes, "homes")).pipe(Layer.provide(Callers.client(wire))))
    )
  })

  it.effect("credentials do not leak from one request of a server to the next", () => {
    const wire = Wire.make(() => Wire.json([]))
    const handle = (tenant: string) =>
      Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => admin.list).pipe(
        Effect.provide(
          AdminAccounts.layer.pipe(Layer.provide(AppKeys.layer({ key: tenant, secret: Redacted.make("s") })))
        )
      )
    return Effect.gen(function* () {
      yield* Effect.all([handle("a"), handle("b"), handle("a")], { concurrency: "unbounded" })
      assert.deepStrictEqual(
        wire.seen.map((seen) => Buffer.from(seen.headers["authorization"]?.slice(6) ?? "", "base64").toString()),
        ["a:s", "b:s", "a:s"]
      )
    }).pipe(Effect.provide(Callers.client(wire)))
  })
})
