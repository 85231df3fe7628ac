import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import type { Identifier } from "@effect-glowmarkt/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Caller, owner } from "../../Authorization.js"
import { State } from "../../State.js"
import { Tokens } from "../../Tokens.js"
import { json } from "../answers.js"
import { SimulatedApi } from "../api.js"

const denied = Effect.fail({ _tag: "AccessDenied" as const })

/** Signing in and what belongs to it. */
export const layer = (applicationId: Identifier.ApplicationId) =>
  HttpApiBuilder.group(SimulatedApi, "auth", (handlers) =>
    Effect.gen(function* () {
      const state = yield* State
      const tokens = yield* Tokens
      return handlers
        .handle("usernameLogin", ({ payload }) =>
          Effect.gen(function* () {
            const account = yield* state.signIn({ ...payload, directoryId: payload.directoryId })
            if (Option.isNone(account) || account.value.liveAnswer === "gone") {
              return yield* denied
            }
            const { accountId, live, name } = account.value
            // Right password, but no entry: the other way in which sign-in was seen to fail.
            if (live.status === "inactive") {
              return json({ valid: false })
            }
            const { exp, token } = yield* tokens.issue(accountId)
            return { valid: true, token, exp, accountId, applicationId, ...(name == null ? {} : { name }) }
          })
        )
        .handle("tokenCheck", () =>
          Effect.flatMap(Caller, ({ user }) =>
            Option.match(user, {
              onNone: () => denied,
              onSome: ({ accountId, exp }) => Effect.succeed({ valid: true, exp, accountId, applicationId })
            })
          )
        )
        .handle("newToken", () =>
          owner.pipe(
            Effect.flatMap(tokens.issue),
            Effect.map((issued) => ({ valid: true, ...issued }))
          )
        )
        .handle("deleteToken", () =>
          Effect.flatMap(Caller, ({ user }) =>
            Option.match(user, {
              onNone: () => denied,
              onSome: ({ token }) => Effect.as(tokens.revoke(token), { valid: true })
            })
          )
        )
    })
  )
