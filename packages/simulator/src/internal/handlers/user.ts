import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import type { Identifier } from "@effect-glowmarkt/core"
import * as Effect from "effect/Effect"
import { owner } from "../../Authorization.js"
import { type PasswordChange, State } from "../../State.js"
import { json } from "../answers.js"
import { SimulatedApi } from "../api.js"
import * as wire from "../wire.js"
import { there } from "./admin.js"

const accepted = { valid: true }

const denied = Effect.fail({ _tag: "AccessDenied" as const })

/** The operations of users: on the account that owns the token, whatever else is said. */
export const layer = (applicationId: Identifier.ApplicationId) =>
  HttpApiBuilder.group(SimulatedApi, "user", (handlers) =>
    Effect.map(State, (state) => {
      /** The account of the path, which must be the caller's own. */
      const own = (accountId: Identifier.AccountId) =>
        Effect.filterOrElse(
          owner,
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
          owner.pipe(
            Effect.flatMap(state.account),
            Effect.flatMap(there),
            Effect.map((found) => json(wire.status(found, applicationId)))
          )
        )
        .handle("userChangeEmail", ({ payload }) =>
          owner.pipe(
            Effect.flatMap((accountId) => state.changeEmail(accountId, payload.email)),
            Effect.as(accepted)
          )
        )
        .handle("userChangeName", ({ payload }) =>
          owner.pipe(
            Effect.flatMap((accountId) => state.rename(accountId, { operation: "userChangeName", name: payload.name })),
            Effect.as(accepted)
          )
        )
        .handle("userChangePassword", ({ payload }) =>
          Effect.gen(function* () {
            const accountId = yield* owner
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
