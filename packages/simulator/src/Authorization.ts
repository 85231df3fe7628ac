/**
 * The provider's security rules, enforced from the contract: each endpoint's
 * `Security` annotation is the rule, there is no second list.
 *
 * @since 0.1.0
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
import * as Credentials from "./Credentials.js"
import * as Operation from "./Operation.js"
import { type Holder, Tokens } from "./Tokens.js"

/**
 * What a request presents, header by header: the scheme whose right value it is,
 * `wrong` when it is nobody's, `absent` without the header.
 *
 * @since 0.1.0
 * @category models
 */
export interface Presented {
  readonly authorization: "appKeys" | "orgAppKeys" | "wrong" | "absent"
  readonly token: "devUserToken" | "userToken" | "wrong" | "absent"
  readonly applicationId: "applicationId" | "wrong" | "absent"
  /** The owner of the user token. */
  readonly holder: Option.Option<Holder>
}

const headerOf: Record<Security.Scheme, "authorization" | "token" | "applicationId"> = {
  appKeys: "authorization",
  orgAppKeys: "authorization",
  devUserToken: "token",
  userToken: "token",
  applicationId: "applicationId"
}

/**
 * How a request without the right credentials is refused.
 *
 * - `AccessDenied` 401: something is wrong, or not enough.
 * - `BadRequest` 400: nothing was presented at all (seen of the live API).
 * - `MissingInfo` 400: the application id is missing where nothing else is asked
 *   for (seen of the live API on `POST /auth`).
 *
 * @since 0.1.0
 * @category models
 */
export type Refusal = "AccessDenied" | "BadRequest" | "MissingInfo"

/**
 * Whether the rule is met: by which alternative, or how the call is refused.
 *
 * A wrong value for a scheme the operation knows is never ignored, even beside
 * right ones. A scheme the operation does not know is.
 *
 * @since 0.1.0
 * @category rules
 */
export const decide = (rule: Security.Alternatives, presented: Presented): Security.Alternative | "open" | Refusal => {
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

/**
 * Who calls, once the rule is met.
 *
 * @since 0.1.0
 * @category services
 */
export class Caller extends Context.Tag("@effect-glowmarkt/simulator/Caller")<
  Caller,
  {
    readonly met: Security.Alternative | "open"
    /** The user token of the call and its owner, where the rule asks for one. */
    readonly user: Option.Option<Holder & { readonly token: string }>
  }
>() {}

/**
 * The account that owns the call's token.
 *
 * @since 0.1.0
 * @category accessors
 */
export const owner: Effect.Effect<Identifier.AccountId, typeof WireError.AccessDenied.Type, Caller> = Effect.flatMap(
  Caller,
  ({ user }) =>
    Option.match(user, {
      onNone: () => Effect.fail({ _tag: "AccessDenied" as const }),
      onSome: ({ accountId }) => Effect.succeed(accountId)
    })
)

/**
 * The middleware of every group: runs before the body is read.
 *
 * @since 0.1.0
 * @category middleware
 */
export class Authorization extends HttpApiMiddleware.Tag<Authorization>()("@effect-glowmarkt/simulator/Authorization", {
  provides: Caller,
  failure: Schema.Struct({ _tag: Schema.Literal("AccessDenied", "BadRequest", "MissingInfo") })
}) {}

/**
 * Tells what a request presents.
 *
 * @since 0.1.0
 * @category services
 */
export class Inspector extends Context.Tag("@effect-glowmarkt/simulator/Inspector")<
  Inspector,
  (request: HttpServerRequest.HttpServerRequest) => Effect.Effect<Presented>
>() {
  /**
   * @since 0.1.0
   */
  static readonly layer = (credentials: Credentials.Credentials): Layer.Layer<Inspector, never, Tokens> =>
    Layer.effect(
      Inspector,
      Effect.map(Tokens, (tokens) => {
        const appKeys = Redacted.value(Credentials.basic(credentials.appKeys))
        const orgAppKeys = Redacted.value(Credentials.basic(credentials.orgAppKeys))
        const devUserToken = Redacted.value(credentials.devUserToken)
        const authorizationOf = (header: string | undefined): Presented["authorization"] =>
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
              holder: Option.none()
            })
          }
          return Effect.map(tokens.holder(token), (holder) => ({
            authorization,
            applicationId,
            token: Option.isSome(holder) ? "userToken" : "wrong",
            holder
          }))
        }
      })
    )
}

/**
 * The rule of the route that answers, applied to what the request presents.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<Authorization, never, Inspector> = Layer.effect(
  Authorization,
  Effect.map(Inspector, (inspect) =>
    Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      const { route } = yield* HttpRouter.RouteContext
      const presented = yield* inspect(request)
      // A route without a rule is a mistake of ours, not an open door.
      const { security } = yield* Effect.orDie(Effect.fromNullable(Operation.ofRoute(route)))
      const decision = decide(security, presented)
      if (decision === "AccessDenied" || decision === "BadRequest" || decision === "MissingInfo") {
        return yield* Effect.fail({ _tag: decision })
      }
      const token = request.headers["token"]
      return Caller.of({
        met: decision,
        user:
          token === undefined || presented.token !== "userToken"
            ? Option.none()
            : Option.map(presented.holder, (holder) => ({ ...holder, token }))
      })
    })
  )
)
