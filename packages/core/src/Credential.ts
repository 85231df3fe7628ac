/**
 * How a caller proves who it is.
 *
 * A credential yields a *grant*: the value of each security scheme's header.
 * The types below are the provider's complete combinations, so one without its
 * application id does not compile. From the grant an operation takes
 * what one of its declared alternatives asks for, and nothing else.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Encoding from "effect/Encoding"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { CallError, Caller } from "./GlowmarktError.js"
import type { ApplicationId } from "./Identifier.js"

/**
 * What an administrator authenticates with.
 *
 * @since 0.1.0
 * @category models
 */
export type AdminGrant =
  | { readonly appKeys: Redacted.Redacted }
  | { readonly orgAppKeys: Redacted.Redacted; readonly applicationId: Redacted.Redacted }
  | { readonly devUserToken: Redacted.Redacted; readonly applicationId: Redacted.Redacted }

/**
 * What a user authenticates with.
 *
 * @since 0.1.0
 * @category models
 */
export interface UserGrant {
  readonly userToken: Redacted.Redacted
  readonly applicationId: Redacted.Redacted
}

/**
 * What names an application without proving anything.
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
 * A source of grants: fixed, or obtained and renewed on the way.
 *
 * @since 0.1.0
 * @category models
 */
export interface Credential<out G extends Grant> {
  /** Which scheme it is; named by `AccessDenied`. */
  readonly caller: Caller
  /** The grant to call with now. Fails if it has to be obtained first and cannot be. */
  readonly current: Effect.Effect<G, CallError>
  /** The same, if there is one at this instant (milliseconds since 1970) that need not be obtained first. */
  readonly peek: (nowMillis: number) => Option.Option<G>
  /** Another grant in place of one that was refused with 401, if one can be had. */
  readonly replace: (refused: Grant) => Effect.Effect<Option.Option<G>, CallError>
}

/**
 * A credential whose grant never changes.
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
 * The header value of HTTP Basic.
 *
 * @since 0.1.0
 * @category constructors
 */
export const basic = (key: string, secret: Redacted.Redacted): Redacted.Redacted =>
  Redacted.make(`Basic ${Encoding.encodeBase64(`${key}:${Redacted.value(secret)}`)}`)

/**
 * An application id as it goes into its header.
 *
 * @since 0.1.0
 * @category constructors
 */
export const application = (applicationId: ApplicationId): Redacted.Redacted => Redacted.make(applicationId)
