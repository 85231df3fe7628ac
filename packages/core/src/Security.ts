/**
 * The provider's security schemes and the combinations that each operation accepts.
 *
 * An operation accepts several alternatives of one or more schemes each, for example "application
 * keys, or organisation keys with an application id". `HttpApiSecurity` cannot express that, so
 * endpoints declare it as an annotation. The client, the simulator and the OpenAPI document read
 * it.
 *
 * @since 0.1.0
 */
import * as HttpApiSecurity from "@effect/platform/HttpApiSecurity"
import * as OpenApi from "@effect/platform/OpenApi"
import type * as Array from "effect/Array"
import * as Context from "effect/Context"

/**
 * The schemes by their names in the provider's document.
 *
 * @since 0.1.0
 * @category constants
 */
export const schemes = {
  appKeys: HttpApiSecurity.basic,
  orgAppKeys: HttpApiSecurity.basic,
  devUserToken: HttpApiSecurity.apiKey({ key: "token", in: "header" }),
  userToken: HttpApiSecurity.apiKey({ key: "token", in: "header" }),
  applicationId: HttpApiSecurity.apiKey({ key: "applicationId", in: "header" })
} as const

/**
 * @since 0.1.0
 * @category models
 */
export type Scheme = keyof typeof schemes

/**
 * Schemes that must be sent together.
 *
 * @since 0.1.0
 * @category models
 */
export type Alternative = Array.NonEmptyReadonlyArray<Scheme>

/**
 * The alternatives of an operation; one of them is enough. An empty list means that the operation
 * takes no credentials.
 *
 * @since 0.1.0
 * @category models
 */
export type Alternatives = ReadonlyArray<Alternative>

/**
 * The annotation that declares the alternatives of an endpoint.
 *
 * @since 0.1.0
 * @category models
 */
export class Security extends Context.Tag("@effect-glowmarkt/core/Security")<Security, Alternatives>() {}

/**
 * For administrators: application keys alone, or organisation keys with an application id, or a
 * developer's token with an application id.
 *
 * @since 0.1.0
 * @category constants
 */
export const admin: Alternatives = [["appKeys"], ["orgAppKeys", "applicationId"], ["devUserToken", "applicationId"]]

/**
 * For deleting an account: as {@link admin}, but without an application id.
 *
 * @since 0.1.0
 * @category constants
 */
export const deletion: Alternatives = [["appKeys"], ["orgAppKeys"], ["devUserToken"]]

/**
 * For users.
 *
 * For two operations the provider's definition lists the token and the application id as
 * alternatives. A token alone does not identify the application, so both are always sent.
 *
 * @since 0.1.0
 * @category constants
 */
export const user: Alternatives = [["userToken", "applicationId"]]

/**
 * For signing in: an application without a user.
 *
 * @since 0.1.0
 * @category constants
 */
export const application: Alternatives = [["applicationId"]]

const requirement = (alternative: Alternative) =>
  Object.fromEntries(alternative.map((scheme): [string, Array<string>] => [scheme, []]))

/**
 * Makes the annotations of an endpoint that accepts these alternatives: {@link Security} and the
 * matching part of the OpenAPI document.
 *
 * @example
 * ```ts
 * import { Security } from "@effect-glowmarkt/core"
 * import { HttpApiEndpoint } from "@effect/platform"
 *
 * const getMeters = HttpApiEndpoint.get("getMeters", "/meter").annotateContext(Security.annotations(Security.user))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const annotations = (alternatives: Alternatives): Context.Context<Security> =>
  Context.make(Security, alternatives).pipe(
    Context.add(OpenApi.Transform, (operation) => ({
      ...operation,
      security: alternatives.map(requirement)
    }))
  )
