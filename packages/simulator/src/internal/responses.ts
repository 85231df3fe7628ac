import * as HttpApiError from "@effect/platform/HttpApiError"
import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import * as HttpServerError from "@effect/platform/HttpServerError"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { WireError } from "@effect-glowmarkt/core"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type { Match } from "../Operation.js"

/**
 * Makes a JSON response as Express sends it. Given a raw string, Node writes headers and body in
 * one packet, which serves 10 % more requests per second.
 */
export const json = (body: unknown, status = 200): HttpServerResponse.HttpServerResponse => {
  const text = JSON.stringify(body)
  return HttpServerResponse.raw(text, {
    status,
    contentType: "application/json; charset=utf-8",
    contentLength: Buffer.byteLength(text)
  })
}

const declared = <A, I>(schema: Schema.Schema<A, I>, value: NoInfer<A>) =>
  json(Schema.encodeSync(schema)(value), HttpApiSchema.getStatusErrorAST(schema.ast))

/**
 * The responses by tag: the errors of the contract, and two responses that are not documented but
 * were observed on the live API.
 */
const failures = {
  AccessDenied: declared(WireError.AccessDenied, { _tag: "AccessDenied" }),
  MissingElements: declared(WireError.MissingElements, { _tag: "MissingElements" }),
  IncorrectElements: declared(WireError.IncorrectElements, { _tag: "IncorrectElements" }),
  WeakPassword: declared(WireError.WeakPassword, { _tag: "WeakPassword" }),
  AccountNotFound: declared(WireError.AccountNotFound, { _tag: "AccountNotFound" }),
  ServerError: declared(WireError.ServerError, { _tag: "ServerError" }),
  BadRequest: json({ error: "bad request", message: "bad request" }, 400),
  MissingInfo: json({ message: "Bad request missing info" }, 400)
}

const isFailure = (tag: PropertyKey): tag is keyof typeof failures => tag in failures

const escaped: Record<string, string> = { "<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;" }

/** Returns the response that Express sends for a path without a route. */
const noRoute = (request: { readonly method: string; readonly url: string }) => {
  const path = (request.url.split("?")[0] ?? "").replace(/[<>&"]/g, (character) => escaped[character] ?? "")
  return HttpServerResponse.text(
    `<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Error</title>\n</head>\n<body>\n<pre>Cannot ${request.method} ${path}</pre>\n</body>\n</html>\n`,
    { status: 404, contentType: "text/html; charset=utf-8" }
  )
}

/**
 * Returns the response to input that cannot be decoded: 404 for an invalid account id, otherwise an
 * error about the body.
 */
const undecodable = (error: HttpApiError.HttpApiDecodeError, match: Match | undefined) => {
  // Only paths, not bodies, contain an `accountId`.
  if (error.issues.some(({ path }) => path[0] === "accountId")) {
    return failures.AccountNotFound
  }
  const missing = error.issues.some((issue) => issue._tag === "Missing" || issue.path.length === 0)
  const bodyErrors = match?.operation.bodyErrors
  return failures[(missing ? bodyErrors?.missing : bodyErrors?.incorrect) ?? "IncorrectElements"]
}

const fromError = (error: unknown, match: Match | undefined): Option.Option<HttpServerResponse.HttpServerResponse> => {
  if (error instanceof HttpApiError.HttpApiDecodeError) {
    return Option.some(undecodable(error, match))
  }
  if (HttpServerError.isServerError(error)) {
    return error._tag === "RouteNotFound"
      ? Option.some(noRoute(error.request))
      : error._tag === "RequestError"
        ? Option.some(failures.BadRequest)
        : Option.none()
  }
  return Predicate.hasProperty(error, "_tag") && Predicate.isString(error._tag) && isFailure(error._tag)
    ? Option.some(failures[error._tag])
    : Option.none()
}

/**
 * Returns the response to a failure. A defect of the simulator is logged, and the client gets the
 * provider's 500.
 */
export const fromCause = (
  cause: Cause.Cause<unknown>,
  match: Match | undefined
): Effect.Effect<HttpServerResponse.HttpServerResponse> =>
  Cause.isInterruptedOnly(cause)
    ? Effect.interrupt
    : Option.match(fromError(Cause.squash(cause), match), {
        onNone: () => Effect.as(Effect.logError("The simulator failed", cause), failures.ServerError),
        onSome: Effect.succeed
      })
