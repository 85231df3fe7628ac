import type { AccountNotFound } from "@effect-glowmarkt/core/GlowmarktError"
import * as Effect from "effect/Effect"
import { Refused } from "../../Converge.js"

/** Refuses a row whose account does not exist. */
export const refuseMissing = (error: AccountNotFound): Effect.Effect<never, Refused> =>
  Effect.fail(new Refused({ reason: error.message }))
