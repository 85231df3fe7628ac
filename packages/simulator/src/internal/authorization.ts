/**
 * Enforces the provider's security rules. The security rule of an endpoint is its `Security`
 * annotation.
 */

import * as HttpApiMiddleware from "@effect/platform/HttpApiMiddleware"
import * as HttpRouter from "@effect/platform/HttpRouter"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import type { Identifier, Security, WireError } from "@effect-glowmarkt/core"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Credentials from "../Credentials.js"
import * as Operation from "../Operation.js"
import { type TokenOwner, Tokens } from "../Tokens.js"

/**
 * The credentials in the headers of a request. Each field is the scheme whose value the header
 * carries, `wrong` if the header carries no valid value, or `absent` if there is no such header.
 */
export interface PresentedCredentials {
  readonly authorization: "appKeys" | "orgAppKeys" | "wrong" | "absent"
  readonly token: "devUserToken" | "userToken" | "wrong" | "absent"
  readonly applicationId: "applicationId" | "wrong" | "absent"
  readonly tokenOwner: Option.Option<TokenOwner>
}

const headerOf: Record<Security.Scheme, "authorization" | "token" | "applicationId"> = {
  appKeys: "authorization",
  orgAppKeys: "authorization",
  devUserToken: "token",
  userToken: "token",
  applicationId: "applicationId"
}

/**
 * The response to a request without sufficient credentials.
 *
 * - `AccessDenied` 401: a credential is wrong or missing.
 * - `BadRequest` 400: the request carries no credentials at all (observed on the live API).
 * - `MissingInfo` 400: the application id is missing, and the operation requires nothing else
 *   (observed on the live API for `POST /auth`).
 */
export type Refusal = "AccessDenied" | "BadRequest" | "MissingInfo"

/**
 * Returns the alternative of the rule that the credentials satisfy (`open` for a rule without
 * schemes), or how the request is refused.
 *
 * A wrong value for a scheme of the rule refuses the request even if another alternative is
 * satisfied. Headers of schemes outside the rule are ignored.
 */
export const authorize = (
  rule: Security.Alternatives,
  presented: PresentedCredentials
): Security.Alternative | "open" | Refusal => {
  if (rule.length === 0) {
    return "open"
  }
  const known = new Set(rule.flat())
  const headers = new Set([...known].map((scheme) => headerOf[scheme]))
  if ([...headers].every((header) => presented[header] === "absent")) {
    if (known.size === 1 && known.has("applicationId")) {
      return "MissingInfo"
    }
    const nothing =
      presented.authorization === "absent" && presented.token === "absent" && presented.applicationId === "absent"
    return nothing ? "BadRequest" : "AccessDenied"
  }
  if ([...headers].some((header) => presented[header] === "wrong")) {
    return "AccessDenied"
  }
  const met = rule.find((alternative) => alternative.every((scheme) => presented[headerOf[scheme]] === scheme))
  return met ?? "AccessDenied"
}

/** The service behind the tag {@link Caller}. */
export interface CallerService {
  readonly alternative: Security.Alternative | "open"
  /** The user token of the request with its owner, if it carries one. */
  readonly user: Option.Option<TokenOwner & { readonly token: string }>
}

/** The authorized caller of the current request. */
export class Caller extends Context.Tag("@effect-glowmarkt/simulator/Caller")<Caller, CallerService>() {}

/** The account that owns the request's user token. Fails with `AccessDenied` if there is none. */
export const callerAccountId: Effect.Effect<Identifier.AccountId, typeof WireError.AccessDenied.Type, Caller> =
  Effect.flatMap(Caller, ({ user }) =>
    Option.match(user, {
      onNone: () => Effect.fail({ _tag: "AccessDenied" as const }),
      onSome: ({ accountId }) => Effect.succeed(accountId)
    })
  )

/** The middleware of every group of endpoints. It runs before the body is read. */
export class Authorization extends HttpApiMiddleware.Tag<Authorization>()("@effect-glowmarkt/simulator/Authorization", {
  provides: Caller,
  failure: Schema.Struct({ _tag: Schema.Literal("AccessDenied", "BadRequest", "MissingInfo") })
}) {}

/** Reads the credentials from the headers of a request. */
export class CredentialReader extends Context.Tag("@effect-glowmarkt/simulator/CredentialReader")<
  CredentialReader,
  (request: HttpServerRequest.HttpServerRequest) => Effect.Effect<PresentedCredentials>
>() {
  /** Accepts the given administrator credentials and the user tokens that `Tokens` has issued. */
  static readonly layer = (credentials: Credentials.Credentials): Layer.Layer<CredentialReader, never, Tokens> =>
    Layer.effect(
      CredentialReader,
      Effect.map(Tokens, (tokens) => {
        const appKeys = Redacted.value(Credentials.basic(credentials.appKeys))
        const orgAppKeys = Redacted.value(Credentials.basic(credentials.orgAppKeys))
        const devUserToken = Redacted.value(credentials.devUserToken)
        const authorizationOf = (header: string | undefined): PresentedCredentials["authorization"] =>
          header === undefined
            ? "absent"
            : header === appKeys
              ? "appKeys"
              : header === orgAppKeys
                ? "orgAppKeys"
                : "wrong"
        return ({ headers }) => {
          const authorization = authorizationOf(headers["authorization"])
          const id = headers["applicationid"]
          const applicationId =
            id === undefined ? "absent" : id === credentials.applicationId ? "applicationId" : "wrong"
          const token = headers["token"]
          if (token === undefined || token === devUserToken) {
            return Effect.succeed({
              authorization,
              applicationId,
              token: token === undefined ? "absent" : "devUserToken",
              tokenOwner: Option.none()
            })
          }
          return Effect.map(tokens.verify(token), (tokenOwner) => ({
            authorization,
            applicationId,
            token: Option.isSome(tokenOwner) ? "userToken" : "wrong",
            tokenOwner
          }))
        }
      })
    )
}

/** Applies the rule of the matched route to the credentials of the request. */
export const layer: Layer.Layer<Authorization, never, CredentialReader> = Layer.effect(
  Authorization,
  Effect.map(CredentialReader, (readCredentials) =>
    Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      const { route } = yield* HttpRouter.RouteContext
      const presented = yield* readCredentials(request)
      // Dies for a route without a rule, which would otherwise be open to everyone.
      const { security } = yield* Effect.orDie(Effect.fromNullable(Operation.fromRoute(route)))
      const decision = authorize(security, presented)
      if (decision === "AccessDenied" || decision === "BadRequest" || decision === "MissingInfo") {
        return yield* Effect.fail({ _tag: decision })
      }
      const token = request.headers["token"]
      return Caller.of({
        alternative: decision,
        user:
          token === undefined || presented.token !== "userToken"
            ? Option.none()
            : Option.map(presented.tokenOwner, (owner) => ({ ...owner, token }))
      })
    })
  )
)
