/**
 * The provider's security schemes, and which of them each operation accepts.
 *
 * The rules are an OR of ANDs ("application keys alone, or organisation keys
 * together with an application id, or …"), which `HttpApiSecurity` cannot say.
 * So an endpoint declares them as data, and client, simulator and OpenAPI
 * document read that one declaration.
 *
 * @since 0.1.0
 */
import * as HttpApiSecurity from "@effect/platform/HttpApiSecurity"
import * as OpenApi from "@effect/platform/OpenApi"
import type * as Array from "effect/Array"
import * as Context from "effect/Context"
import { responses } from "./internal/contract/openApi.js"

/**
 * The scheme definitions by their names in the provider's document.
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
 * The alternatives an operation accepts, any one of which suffices. None at all
 * means that the operation takes no credentials.
 *
 * @since 0.1.0
 * @category models
 */
export type Alternatives = ReadonlyArray<Alternative>

/**
 * The annotation by which an endpoint of the contract declares its alternatives.
 *
 * @since 0.1.0
 * @category models
 */
export class Security extends Context.Tag("@effect-glowmarkt/core/Security")<Security, Alternatives>() {}

/**
 * Administrators: application keys, or organisation keys or a developer's token
 * with the application they speak for.
 *
 * @since 0.1.0
 * @category constants
 */
export const admin: Alternatives = [["appKeys"], ["orgAppKeys", "applicationId"], ["devUserToken", "applicationId"]]

/**
 * Deleting an account: the same callers, but not scoped by application.
 *
 * @since 0.1.0
 * @category constants
 */
export const deletion: Alternatives = [["appKeys"], ["orgAppKeys"], ["devUserToken"]]

/**
 * The user who owns the token.
 *
 * The definition lists token and application id as alternatives of each other
 * for two of the user's operations; a token alone says who calls, but not for
 * which application, so both are always sent.
 *
 * @since 0.1.0
 * @category constants
 */
export const user: Alternatives = [["userToken", "applicationId"]]

/**
 * An application without a user: signing in.
 *
 * @since 0.1.0
 * @category constants
 */
export const application: Alternatives = [["applicationId"]]

const requirement = (alternative: Alternative) =>
  Object.fromEntries(alternative.map((scheme): [string, Array<string>] => [scheme, []]))

/**
 * The annotations of an endpoint that accepts these alternatives: the data
 * itself, and how its operation stands in the OpenAPI document.
 *
 * @since 0.1.0
 * @category constructors
 */
export const annotations = (alternatives: Alternatives): Context.Context<Security> =>
  Context.make(Security, alternatives).pipe(
    Context.add(OpenApi.Transform, (operation) => ({
      ...operation,
      responses: responses(operation["responses"]),
      security: alternatives.map(requirement)
    }))
  )
