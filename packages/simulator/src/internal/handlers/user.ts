import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import type { Identifier } from "@effect-glowmarkt/core"
import * as Effect from "effect/Effect"
import { type PasswordChange, State } from "../../State.js"
import * as accountJson from "../accountJson.js"
import { callerAccountId } from "../authorization.js"
import { json } from "../responses.js"
import { SimulatedApi } from "../simulatedApi.js"
import { orNotFound } from "./admin.js"

const accepted = { valid: true }

const denied = Effect.fail({ _tag: "AccessDenied" as const })

/** Implements the operations of users, each on the account that owns the request's token. */
export const layer = (applicationId: Identifier.ApplicationId) =>
  HttpApiBuilder.group(SimulatedApi, "user", (handlers) =>
    Effect.map(State, (state) => {
      /** Denies access to any account but the caller's own. */
      const own = (accountId: Identifier.AccountId) =>
        Effect.filterOrElse(
          callerAccountId,
          (mine) => mine === accountId,
          () => denied
        )
      const passwordAnswers = {
        changed: Effect.succeed(accepted),
        wrongOldPassword: denied,
        weakNewPassword: Effect.fail({ _tag: "WeakPassword" as const })
      } satisfies Record<PasswordChange, unknown>

      return handlers
        .handle("getAccountStatusByUserToken", () =>
          callerAccountId.pipe(
            Effect.flatMap(state.account),
            Effect.flatMap(orNotFound),
            Effect.map((found) => json(accountJson.status(found, applicationId)))
          )
        )
        .handle("userChangeEmail", ({ payload }) =>
          callerAccountId.pipe(
            Effect.flatMap((accountId) => state.changeEmail(accountId, payload.email)),
            Effect.as(accepted)
          )
        )
        .handle("userChangeName", ({ payload }) =>
          callerAccountId.pipe(
            Effect.flatMap((accountId) => state.rename(accountId, { operation: "userChangeName", name: payload.name })),
            Effect.as(accepted)
          )
        )
        .handle("userChangePassword", ({ payload }) =>
          Effect.gen(function* () {
            const accountId = yield* callerAccountId
            const outcome = yield* state.changePassword(accountId, {
              old: payload.oldPassword,
              new: payload.newPassword
            })
            return yield* passwordAnswers[outcome]
          })
        )
        .handle("addMobileAppToken", ({ path, payload }) =>
          own(path.accountId).pipe(
            Effect.flatMap((accountId) => state.addMobileToken(accountId, payload.newToken)),
            Effect.as(accepted)
          )
        )
        .handle("removeMobileAppToken", ({ path, payload }) =>
          own(path.accountId).pipe(
            Effect.flatMap((accountId) => state.removeMobileToken(accountId, payload.removeToken)),
            Effect.as(accepted)
          )
        )
    })
  )
