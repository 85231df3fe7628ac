import { AccountsTest, type GlowmarktError } from "@effect-glowmarkt/core"
import { describe, expect, test } from "tstyche"

describe("AccountsTest.failure", () => {
  test("is the error of that name", () => {
    expect(AccountsTest.failure("RateLimited")).type.toBe<GlowmarktError.RateLimited>()
  })

  test("takes the fields of that error", () => {
    expect(AccountsTest.failure).type.toBeCallableWith("ServerError", { status: 503 })
    expect(AccountsTest.failure).type.not.toBeCallableWith("InvalidInput", { status: 503 })
    expect(AccountsTest.failure).type.not.toBeCallableWith("Nonsense")
  })

  test("can replace a method only if its operation can fail this way", () => {
    expect(AccountsTest.layerAdmin).type.toBeCallableWith({ list: AccountsTest.failure("ServerError") })
    expect(AccountsTest.layerAdmin).type.toBeCallableWith({ get: () => AccountsTest.failure("AccountNotFound") })
    expect(AccountsTest.layerAdmin).type.not.toBeCallableWith({ list: AccountsTest.failure("AccountNotFound") })
    expect(AccountsTest.layerAdmin).type.not.toBeCallableWith({ get: () => AccountsTest.failure("WeakPassword") })
  })
})
