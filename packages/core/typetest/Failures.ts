import type {
  AdminAccounts,
  Auth,
  DevUserSession,
  GlowmarktError as Errors,
  UserAccounts,
  UserSession
} from "@effect-glowmarkt/core"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import { describe, expect, test } from "tstyche"

type ErrorOf<E> = E extends Effect.Effect<unknown, infer Error> ? Error : never
type Admin = AdminAccounts.AdminAccounts["Type"]
type User = UserAccounts.UserAccounts["Type"]
type SignIn = Auth.Auth["Type"]

/** The errors of any call, written out. */
type Any =
  | Errors.AccessDenied
  | Errors.BadRequest
  | Errors.RateLimited
  | Errors.ServerError
  | Errors.InvalidResponse
  | Errors.TransportError
  | Errors.RequestTimeout

describe("the errors of each operation are exact", () => {
  test("for administrators", () => {
    expect<ErrorOf<Admin["list"]>>().type.toBe<Any>()
    expect<Stream.Stream.Error<Admin["stream"]>>().type.toBe<Any>()
    expect<ErrorOf<ReturnType<Admin["get"]>>>().type.toBe<Any | Errors.AccountNotFound | Errors.InvalidInput>()
    expect<ErrorOf<ReturnType<Admin["status"]>>>().type.toBe<Any | Errors.AccountNotFound | Errors.InvalidInput>()
    expect<ErrorOf<ReturnType<Admin["add"]>>>().type.toBe<Any | Errors.MissingElements | Errors.InvalidInput>()
    expect<ErrorOf<ReturnType<Admin["rename"]>>>().type.toBe<
      Any | Errors.AccountNotFound | Errors.MissingElements | Errors.InvalidInput
    >()
    expect<ErrorOf<ReturnType<Admin["remove"]>>>().type.toBe<
      Any | Errors.AccountNotFound | Errors.IncorrectElements | Errors.Rejected | Errors.InvalidInput
    >()
  })

  test("for users", () => {
    expect<ErrorOf<User["status"]>>().type.toBe<Any | Errors.AccountNotFound>()
    expect<ErrorOf<ReturnType<User["changeEmail"]>>>().type.toBe<
      Any | Errors.IncorrectElements | Errors.Rejected | Errors.InvalidInput
    >()
    expect<ErrorOf<ReturnType<User["changeName"]>>>().type.toBe<
      Any | Errors.IncorrectElements | Errors.Rejected | Errors.InvalidInput
    >()
    expect<ErrorOf<ReturnType<User["changePassword"]>>>().type.toBe<
      Any | Errors.WeakPassword | Errors.Rejected | Errors.InvalidInput
    >()
    expect<ErrorOf<ReturnType<User["addMobileAppToken"]>>>().type.toBe<
      Any | Errors.AccountNotFound | Errors.Rejected | Errors.InvalidInput
    >()
    expect<ErrorOf<ReturnType<User["removeMobileAppToken"]>>>().type.toBe<
      Any | Errors.AccountNotFound | Errors.Rejected | Errors.InvalidInput
    >()
  })

  test("for signing in and out", () => {
    expect<ErrorOf<ReturnType<SignIn["signIn"]>>>().type.toBe<
      Any | Errors.MissingElements | Errors.Rejected | Errors.InvalidInput
    >()
    expect<ErrorOf<ReturnType<SignIn["check"]>>>().type.toBe<Any | Errors.MissingElements | Errors.Rejected>()
    expect<ErrorOf<ReturnType<SignIn["renew"]>>>().type.toBe<Any | Errors.MissingElements | Errors.Rejected>()
    expect<ErrorOf<ReturnType<SignIn["revoke"]>>>().type.toBe<Any | Errors.Rejected>()
    expect<ErrorOf<UserSession.UserSession["Type"]["signOut"]>>().type.toBe<Any | Errors.Rejected>()
    expect<ErrorOf<DevUserSession.DevUserSession["Type"]["signOut"]>>().type.toBe<Any>()
  })
})
