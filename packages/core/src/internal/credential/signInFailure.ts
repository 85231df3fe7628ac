import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import {
  AccessDenied,
  BadRequest,
  type CallError,
  type InvalidInput,
  InvalidResponse,
  type MissingElements,
  RateLimited,
  type Rejected,
  RequestTimeout,
  ServerError,
  TransportError
} from "../../GlowmarktError.js"

/** Maps the errors of the sign-in operation to errors that any call can have. */
export const toCallError = (
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
      // An empty user name or password is a mistake in the program.
      return Effect.die(error)
    default:
      return Effect.fail(error)
  }
}

/** Turns a failed sign-in into the failure of the call that needed the token. */
export const ofCall = (
  error: CallError,
  call: {
    readonly operation: string
    readonly attempts: number
    readonly elapsedMillis: number
    readonly appliedBefore: boolean
  }
): CallError => {
  const common = {
    operation: call.operation,
    stage: "signIn" as const,
    attempts: call.attempts + error.attempts,
    elapsed: Duration.millis(call.elapsedMillis),
    appliedBefore: call.appliedBefore
  }
  switch (error._tag) {
    case "AccessDenied":
      return new AccessDenied({ ...common, status: error.status, excerpt: error.excerpt, caller: error.caller })
    case "BadRequest":
    case "RateLimited":
    case "ServerError": {
      const fields = { ...common, status: error.status, excerpt: error.excerpt, retryAfter: error.retryAfter }
      return error._tag === "BadRequest"
        ? new BadRequest(fields)
        : error._tag === "RateLimited"
          ? new RateLimited(fields)
          : new ServerError(fields)
    }
    case "InvalidResponse": {
      const { excerpt, problem, reason, status } = error
      return new InvalidResponse({ ...common, status, excerpt, reason, problem })
    }
    case "TransportError": {
      const { code, origin, phase, retryAfter } = error
      return new TransportError({ ...common, phase, code, origin, retryAfter })
    }
    case "RequestTimeout": {
      const { limit, phase, waitedFor } = error
      return new RequestTimeout({ ...common, phase, limit, waitedFor })
    }
  }
}
