import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Credentials } from "../../Credentials.js"
import { SimulatedApi } from "../api.js"

/** Developers' sign-in: always the same token, which does not end. */
export const layer = ({ developer, devUserToken }: Credentials) =>
  HttpApiBuilder.group(SimulatedApi, "developer", (handlers) =>
    handlers.handle("developerLogin", ({ payload }) =>
      payload.username === developer.username && Redacted.value(payload.password) === Redacted.value(developer.password)
        ? Effect.succeed({ valid: true, token: devUserToken })
        : Effect.fail({ _tag: "AccessDenied" as const })
    )
  )
