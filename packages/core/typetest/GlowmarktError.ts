import type { AdminAccounts, GlowmarktError, Identifier, UserAccounts } from "@effect-glowmarkt/core"
import * as Effect from "effect/Effect"
import { describe, expect, test } from "tstyche"

declare const admin: AdminAccounts.AdminAccounts["Type"]
declare const user: UserAccounts.UserAccounts["Type"]
declare const accountId: Identifier.AccountId
declare const anyError: GlowmarktError.GlowmarktError

describe("catchTags", () => {
  const every = {
    AccessDenied: () => Effect.succeed("handled" as const),
    BadRequest: () => Effect.succeed("handled" as const),
    RateLimited: () => Effect.succeed("handled" as const),
    ServerError: () => Effect.succeed("handled" as const),
    InvalidResponse: () => Effect.succeed("handled" as const),
    TransportError: () => Effect.succeed("handled" as const),
    RequestTimeout: () => Effect.succeed("handled" as const)
  }

  test("of all common errors leaves those that the operation adds", () => {
    expect(Effect.catchTags(admin.list, every)).type.toBe<
      Effect.Effect<"handled" | Effect.Effect.Success<typeof admin.list>>
    >()
    const status = Effect.catchTags(admin.status(accountId), every)
    expect<Effect.Effect.Error<typeof status>>().type.toBe<
      GlowmarktError.AccountNotFound | GlowmarktError.InvalidInput
    >()
    const name = Effect.catchTags(user.changeName("Scotty"), every)
    expect<Effect.Effect.Error<typeof name>>().type.toBe<
      GlowmarktError.IncorrectElements | GlowmarktError.Rejected | GlowmarktError.InvalidInput
    >()
  })

  test("of an error that an operation cannot have does not compile", () => {
    expect(Effect.catchTag(admin.list, "AccountNotFound", () => Effect.void)).type.toRaiseError()
    expect(Effect.catchTag(user.changeName("Scotty"), "WeakPassword", () => Effect.void)).type.toRaiseError()
  })
})

describe("isTransient", () => {
  test("narrows", () => {
    if (anyError.isTransient) {
      expect(anyError).type.toBe<
        | GlowmarktError.RateLimited
        | GlowmarktError.ServerError
        | GlowmarktError.RequestTimeout
        | GlowmarktError.TransportError
        | GlowmarktError.BadRequest
        | GlowmarktError.InvalidResponse
      >()
    } else {
      expect<GlowmarktError.RateLimited>().type.not.toBeAssignableTo<typeof anyError>()
      expect<GlowmarktError.AccessDenied>().type.toBeAssignableTo<typeof anyError>()
    }
  })
})

describe("a method on hover", () => {
  test("names the domain, not HTTP", () => {
    expect<(typeof admin)["status"]>().type.toBe<
      (
        accountId: Identifier.AccountId
      ) => Effect.Effect<
        import("@effect-glowmarkt/core").Account.AccountStatus,
        GlowmarktError.AccountNotFound | GlowmarktError.InvalidInput | GlowmarktError.CallError
      >
    >()
  })
})
