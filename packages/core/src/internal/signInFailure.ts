import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import {
  AccessDenied,
  BadRequest,
  type CallError,
  type InvalidInput,
  type MissingElements,
  type Rejected
} from "../GlowmarktError.js"

/**
 * What signing in can fail with, said in terms of the call that needed it: its
 * own errors are not errors of that operation.
 */
export const signInFailure = (
  error: MissingElements | Rejected | InvalidInput | CallError
): Effect.Effect<never, CallError> => {
  switch (error._tag) {
    case "Rejected": {
      const { attempts, elapsed, excerpt, operation, status } = error
      return new AccessDenied({ attempts, elapsed, excerpt, operation, status, caller: "session" })
    }
    case "MissingElements": {
      const { attempts, elapsed, excerpt, operation, status } = error
      return new BadRequest({ attempts, elapsed, excerpt, operation, status, retryAfter: Option.none() })
    }
    case "InvalidInput":
      // An empty name or password: a mistake of the program, not of a call.
      return Effect.die(error)
    default:
      return Effect.fail(error)
  }
}
