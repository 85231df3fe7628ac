import * as AccountApi from "@effect-glowmarkt/core/AccountApi"
import * as GlowmarktError from "@effect-glowmarkt/core/GlowmarktError"
import { Repeat } from "@effect-glowmarkt/core/Repeatability"
import * as Context from "effect/Context"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { WriteStatus } from "../../Journal.js"

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

/** Returns the error as a `failure` to retry, if it is a transient call error. */
export const failureToRetry = (error: unknown): { readonly failure?: GlowmarktError.CallError } =>
  isCallError(error) && error.isTransient ? { failure: error } : {}

/** The operations that change an account. Signing in is not one of them. */
const writes = new Set<string>(
  [...Object.values(AccountApi.AdminGroup.endpoints), ...Object.values(AccountApi.UserGroup.endpoints)]
    .filter(({ annotations }) => !Option.contains(Context.getOption(annotations, Repeat), "safe"))
    .map(({ name }) => name)
)

/**
 * Returns whether a failed call may have changed something, or `undefined` for an error of another
 * kind.
 */
export const mayHaveWritten = (error: unknown, standing: WriteStatus): boolean | undefined =>
  !GlowmarktError.isGlowmarktError(error)
    ? undefined
    : standing === "nothing"
      ? error.mayHaveBeenApplied && writes.has(error.operation)
      : standing === "written"
