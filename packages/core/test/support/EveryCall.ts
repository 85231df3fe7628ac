import { type AdminAccounts, type Auth, Identifier, type UserAccounts } from "@effect-glowmarkt/core"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as Callers from "./Callers.js"
import type { Failing } from "./Exposure.js"

const { accountId, applicationId } = Callers

// All calls of a service, with the planted secrets and with invalid input.

export const adminCalls = (admin: AdminAccounts.AdminAccounts["Type"]): ReadonlyArray<Failing> => [
  admin.list,
  Stream.runDrain(admin.stream),
  admin.get(accountId),
  admin.get(Identifier.AccountId.make("private@example.com", { disableValidation: true })),
  admin.status(accountId),
  admin.add({ username: "scotty", directoryId: Identifier.DirectoryId.make("d") }),
  admin.rename(accountId, "Scotty"),
  admin.remove(accountId)
]

export const userCalls = (user: UserAccounts.UserAccounts["Type"]): ReadonlyArray<Failing> => [
  user.status,
  user.changeEmail("scotty@enterprise.st"),
  user.changeName("Scotty"),
  user.changePassword({ oldPassword: Redacted.make("pass-one-1"), newPassword: Redacted.make("pass-two-2") }),
  user.changePassword({ oldPassword: Redacted.make("pass-one-1"), newPassword: Redacted.make("") }),
  user.changeEmail("private@example.com and more"),
  user.changeName(" Private Person"),
  user.addMobileAppToken(accountId, Redacted.make("mobile-tok-3")),
  user.removeMobileAppToken(accountId, Redacted.make("mobile-tok-3"))
]

const token = { token: Redacted.make("user-token"), applicationId }

export const authCalls = (auth: Auth.Auth["Type"]): ReadonlyArray<Failing> => [
  auth.signIn({ applicationId, username: "private@example.com", password: Redacted.make("pass-one-1") }),
  auth.signIn({ applicationId, username: "", password: Redacted.make("pass-one-1") }),
  auth.check(token),
  auth.renew(token),
  auth.revoke(token)
]
