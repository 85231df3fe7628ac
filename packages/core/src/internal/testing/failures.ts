import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as GlowmarktError from "../../GlowmarktError.js"

type Tag = GlowmarktError.GlowmarktError["_tag"]

export type Fields<T extends Tag> = Partial<ConstructorParameters<(typeof GlowmarktError)[T]>[0]>

type Failure<T extends Tag> = Extract<GlowmarktError.GlowmarktError, { readonly _tag: T }>

type Constructors = { readonly [T in Tag]: (fields: Fields<T> | undefined) => Failure<T> }

const call = { operation: "AccountsTest", attempts: 1, elapsed: Duration.zero }

const callWithResponse = (status: number) => ({ ...call, status, excerpt: "" })

const noRetryAfter = { retryAfter: Option.none<Duration.Duration>() }

/** A constructor for each error, with plausible defaults for all fields. */
export const constructors: Constructors = {
  AccessDenied: (fields) => new GlowmarktError.AccessDenied({ ...callWithResponse(401), caller: "appKeys", ...fields }),
  BadRequest: (fields) => new GlowmarktError.BadRequest({ ...callWithResponse(400), ...noRetryAfter, ...fields }),
  RateLimited: (fields) => new GlowmarktError.RateLimited({ ...callWithResponse(429), ...noRetryAfter, ...fields }),
  ServerError: (fields) => new GlowmarktError.ServerError({ ...callWithResponse(500), ...noRetryAfter, ...fields }),
  InvalidResponse: (fields) =>
    new GlowmarktError.InvalidResponse({
      ...callWithResponse(200),
      reason: "NotJson",
      problem: "the body is not JSON",
      ...fields
    }),
  TransportError: (fields) =>
    new GlowmarktError.TransportError({
      ...call,
      phase: "sent",
      code: "ECONNRESET",
      origin: "https://glowmarkt.example",
      ...fields
    }),
  RequestTimeout: (fields) =>
    new GlowmarktError.RequestTimeout({ ...call, phase: "sent", limit: Duration.seconds(30), ...fields }),
  MissingElements: (fields) =>
    new GlowmarktError.MissingElements({ ...callWithResponse(400), elements: [], ...fields }),
  IncorrectElements: (fields) => new GlowmarktError.IncorrectElements({ ...callWithResponse(400), ...fields }),
  WeakPassword: (fields) => new GlowmarktError.WeakPassword({ ...callWithResponse(400), ...fields }),
  AccountNotFound: (fields) => new GlowmarktError.AccountNotFound({ ...callWithResponse(404), ...fields }),
  Rejected: (fields) => new GlowmarktError.Rejected({ ...callWithResponse(200), ...fields }),
  InvalidInput: (fields) =>
    new GlowmarktError.InvalidInput({ operation: call.operation, problem: "an input is invalid", ...fields })
}
