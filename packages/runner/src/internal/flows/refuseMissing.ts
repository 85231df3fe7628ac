import type { AccountNotFound } from "@effect-glowmarkt/core/GlowmarktError"
import * as Effect from "effect/Effect"
import { Refused } from "../../Converge.js"

/** An account that is not there is none to work on. */
export const refuseMissing = (error: AccountNotFound): Effect.Effect<never, Refused> =>
  Effect.fail(new Refused({ reason: error.message }))
