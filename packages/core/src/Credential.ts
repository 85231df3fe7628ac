/**
 * Credentials and the grants they yield.
 *
 * A *grant* contains the header value of each security scheme. The grant types list the
 * combinations that the provider accepts, so a token without its application id does not compile.
 * An operation only sends the schemes of the alternative that it declares.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { CallError, Caller } from "./GlowmarktError.js"
import type { ApplicationId } from "./Identifier.js"
import * as base64 from "./internal/credential/base64.js"

/**
 * The grant of an administrator.
 *
 * @since 0.1.0
 * @category models
 */
export type AdminGrant =
  | { readonly appKeys: Redacted.Redacted }
  | { readonly orgAppKeys: Redacted.Redacted; readonly applicationId: Redacted.Redacted }
  | { readonly devUserToken: Redacted.Redacted; readonly applicationId: Redacted.Redacted }

/**
 * The grant of a user.
 *
 * @since 0.1.0
 * @category models
 */
export interface UserGrant {
  readonly userToken: Redacted.Redacted
  readonly applicationId: Redacted.Redacted
}

/**
 * An application id without credentials, as required for signing in.
 *
 * @since 0.1.0
 * @category models
 */
export interface ApplicationGrant {
  readonly applicationId: Redacted.Redacted
}

/**
 * The grant of an operation that takes no credentials.
 *
 * @since 0.1.0
 * @category models
 */
export type NoGrant = Readonly<Record<never, never>>

/**
 * @since 0.1.0
 * @category models
 */
export type Grant = AdminGrant | UserGrant | ApplicationGrant | NoGrant

/**
 * A source of grants: a fixed one, or a session that signs in and renews its token.
 *
 * @since 0.1.0
 * @category models
 */
export interface Credential<out G extends Grant> {
  /** The kind of credentials, for `AccessDenied`. */
  readonly caller: Caller
  /**
   * Returns the current grant. Signs in first if needed, and fails if signing in fails.
   */
  readonly current: Effect.Effect<G, CallError>
  /**
   * Returns the current grant, or `None` if a new one must be obtained first. Takes the time in
   * milliseconds since 1970.
   */
  readonly peek: (nowMillis: number) => Option.Option<G>
  /** Obtains a new grant after a 401. Returns `None` if a new grant would not help. */
  readonly replace: (refused: Grant) => Effect.Effect<Option.Option<G>, CallError>
}

/**
 * Makes a credential whose grant never changes.
 *
 * @example
 * ```ts
 * import { Credential } from "@effect-glowmarkt/core"
 * import { Redacted } from "effect"
 *
 * const credential = Credential.fixed("appKeys", {
 *   appKeys: Credential.basic("app-key", Redacted.make("app-secret"))
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const fixed = <G extends Grant>(caller: Caller, grant: G): Credential<G> => {
  const peek = Option.some(grant)
  return {
    caller,
    current: Effect.succeed(grant),
    peek: () => peek,
    replace: () => Effect.succeedNone
  }
}

/**
 * Returns the value of the `authorization` header for HTTP Basic.
 *
 * @example
 * ```ts
 * import { Credential } from "@effect-glowmarkt/core"
 * import { Redacted } from "effect"
 *
 * const header = Credential.basic("app-key", Redacted.make("app-secret"))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const basic = (key: string, secret: Redacted.Redacted): Redacted.Redacted =>
  Redacted.make(`Basic ${base64.encode(`${key}:${Redacted.value(secret)}`)}`)

/**
 * Returns the value of the `applicationId` header.
 *
 * @example
 * ```ts
 * import { Credential, Identifier } from "@effect-glowmarkt/core"
 *
 * const applicationId = Identifier.ApplicationId.make("b0f1b774-a586-4f72-9edd-27ead8aa7a8d")
 * const signIn = Credential.fixed("session", { applicationId: Credential.application(applicationId) })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const application = (applicationId: ApplicationId): Redacted.Redacted => Redacted.make(applicationId)
