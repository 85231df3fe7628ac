/**
 * The credentials of a user: what every operation of {@link UserAccounts}
 * needs. Provided by `UserToken.layer` or `UserSession.layer`.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import type { Credential, UserGrant } from "./Credential.js"
import type { AccessDenied, CallError } from "./GlowmarktError.js"

/**
 * What a session does about its password when the password changes.
 *
 * @since 0.1.0
 * @category models
 */
export interface Password {
  /** A change to this one is under way: if the known one is refused from now on, this one is tried. */
  readonly consider: (password: Redacted.Redacted) => Effect.Effect<void>
  /** Why one cannot sign in with this password, or nothing if one can. Fails if that cannot be found out. */
  readonly refusal: (password: Redacted.Redacted) => Effect.Effect<Option.Option<AccessDenied>, CallError>
  /** This one holds from now on. */
  readonly adopt: (password: Redacted.Redacted) => Effect.Effect<void>
  /** The change to this one was not made, and will not be. */
  readonly drop: (password: Redacted.Redacted) => Effect.Effect<void>
}

/**
 * @since 0.1.0
 * @category models
 */
export interface UserCredential extends Credential<UserGrant> {
  /** Nothing where a token is all that is known. */
  readonly password: Option.Option<Password>
}

/**
 * @since 0.1.0
 * @category services
 */
export class UserCredentials extends Context.Tag("@effect-glowmarkt/core/UserCredentials")<
  UserCredentials,
  UserCredential
>() {}
