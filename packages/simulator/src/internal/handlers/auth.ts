import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import type { Identifier } from "@effect-glowmarkt/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { Credentials } from "../../Credentials.js"
import { State } from "../../State.js"
import { Tokens } from "../../Tokens.js"
import { Caller, callerAccountId } from "../authorization.js"
import { json } from "../responses.js"
import { SimulatedApi } from "../simulatedApi.js"

const denied = Effect.fail({ _tag: "AccessDenied" as const })

/** Implements sign-in and the operations on user tokens. */
export const layer = (applicationId: Identifier.ApplicationId) =>
  HttpApiBuilder.group(SimulatedApi, "auth", (handlers) =>
    Effect.gen(function* () {
      const state = yield* State
      const tokens = yield* Tokens
      return handlers
        .handle("usernameLogin", ({ payload }) =>
          Effect.gen(function* () {
            const account = yield* state.signIn({ ...payload, directoryId: payload.directoryId })
            if (Option.isNone(account) || account.value.availability === "missing") {
              return yield* denied
            }
            const { accountId, live, name } = account.value
            // The live API also refuses sign-ins this way: 200 with `valid: false`.
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
          callerAccountId.pipe(
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

/** Implements developer sign-in. It always returns the same token, which does not expire. */
export const developerLayer = ({ developer, devUserToken }: Credentials) =>
  HttpApiBuilder.group(SimulatedApi, "developer", (handlers) =>
    handlers.handle("developerLogin", ({ payload }) =>
      payload.username === developer.username && Redacted.value(payload.password) === Redacted.value(developer.password)
        ? Effect.succeed({ valid: true, token: devUserToken })
        : Effect.fail({ _tag: "AccessDenied" as const })
    )
  )
