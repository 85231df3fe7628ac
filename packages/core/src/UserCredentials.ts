/**
 * The credentials that every operation of `UserAccounts` needs. Provided by `UserToken.layer` or
 * `UserSession.layer`.
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
 * The password of a session while it is being changed.
 *
 * @since 0.1.0
 * @category models
 */
export interface SessionPassword {
  /** Adds a password to try when the current one is refused. Run before the change is sent. */
  readonly addCandidate: (password: Redacted.Redacted) => Effect.Effect<void>
  /**
   * Signs in with a password. Returns the refusal, or `None` if the password is valid.
   */
  readonly check: (password: Redacted.Redacted) => Effect.Effect<Option.Option<AccessDenied>, CallError>
  /** Makes a password the current one and drops all candidates. */
  readonly confirm: (password: Redacted.Redacted) => Effect.Effect<void>
  /** Drops a candidate whose change certainly failed. */
  readonly removeCandidate: (password: Redacted.Redacted) => Effect.Effect<void>
}

/**
 * @since 0.1.0
 * @category models
 */
export interface UserCredential extends Credential<UserGrant> {
  /** The password of the session, or `None` for a plain token. */
  readonly password: Option.Option<SessionPassword>
}

/**
 * @since 0.1.0
 * @category services
 */
export class UserCredentials extends Context.Tag("@effect-glowmarkt/core/UserCredentials")<
  UserCredentials,
  UserCredential
>() {}
