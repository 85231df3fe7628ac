import * as GlowmarktError from "@effect-glowmarkt/core/GlowmarktError"
import * as Schema from "effect/Schema"

export const CallError = Schema.Union(
  GlowmarktError.AccessDenied,
  GlowmarktError.BadRequest,
  GlowmarktError.RateLimited,
  GlowmarktError.ServerError,
  GlowmarktError.InvalidResponse,
  GlowmarktError.TransportError,
  GlowmarktError.RequestTimeout
)

export const isCallError: (error: unknown) => error is GlowmarktError.CallError = Schema.is(CallError)

/** The call to try again, if that is what the failure is about. */
export const transient = (error: unknown): { readonly failure?: GlowmarktError.CallError } =>
  isCallError(error) && error.isTransient ? { failure: error } : {}
