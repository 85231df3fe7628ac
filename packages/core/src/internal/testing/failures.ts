import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as GlowmarktError from "../../GlowmarktError.js"

type Tag = GlowmarktError.GlowmarktError["_tag"]

export type Fields<T extends Tag> = Partial<ConstructorParameters<(typeof GlowmarktError)[T]>[0]>

type Failure<T extends Tag> = Extract<GlowmarktError.GlowmarktError, { readonly _tag: T }>

type Constructors = { readonly [T in Tag]: (fields: Fields<T> | undefined) => Failure<T> }

const call = { operation: "AccountsTest", attempts: 1, elapsed: Duration.zero }

const responded = (status: number) => ({ ...call, status, excerpt: "" })

const unannounced = { retryAfter: Option.none<Duration.Duration>() }

/** Each error with plausible values in the fields that are not given. */
export const constructors: Constructors = {
  AccessDenied: (fields) => new GlowmarktError.AccessDenied({ ...responded(401), caller: "appKeys", ...fields }),
  BadRequest: (fields) => new GlowmarktError.BadRequest({ ...responded(400), ...unannounced, ...fields }),
  RateLimited: (fields) => new GlowmarktError.RateLimited({ ...responded(429), ...unannounced, ...fields }),
  ServerError: (fields) => new GlowmarktError.ServerError({ ...responded(500), ...unannounced, ...fields }),
  InvalidResponse: (fields) =>
    new GlowmarktError.InvalidResponse({
      ...responded(200),
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
  MissingElements: (fields) => new GlowmarktError.MissingElements({ ...responded(400), elements: [], ...fields }),
  IncorrectElements: (fields) => new GlowmarktError.IncorrectElements({ ...responded(400), ...fields }),
  WeakPassword: (fields) => new GlowmarktError.WeakPassword({ ...responded(400), ...fields }),
  AccountNotFound: (fields) => new GlowmarktError.AccountNotFound({ ...responded(404), ...fields }),
  Rejected: (fields) => new GlowmarktError.Rejected({ ...responded(200), ...fields }),
  InvalidInput: (fields) =>
    new GlowmarktError.InvalidInput({ operation: call.operation, problem: "an input is invalid", ...fields })
}
