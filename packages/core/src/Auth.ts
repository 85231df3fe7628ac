/**
 * The sign-in operations, for programs that manage tokens themselves. `UserSession.layer` signs in
 * and renews automatically.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as AuthApi from "./AuthApi.js"
import * as Credential from "./Credential.js"
import { GlowmarktClient } from "./GlowmarktClient.js"
import type { CallError, InvalidInput, MissingElements, Rejected } from "./GlowmarktError.js"
import type { ApplicationId, DirectoryId } from "./Identifier.js"
import * as Operation from "./Operation.js"
import * as UserToken from "./UserToken.js"

const operations = {
  signIn: Operation.compile(AuthApi.usernameLogin),
  check: Operation.compile(AuthApi.tokenCheck),
  renew: Operation.compile(AuthApi.newToken),
  revoke: Operation.compile(AuthApi.deleteToken)
}

/**
 * @since 0.1.0
 * @category models
 */
export interface SignIn {
  readonly applicationId: ApplicationId
  readonly username: string
  readonly password: Redacted.Redacted
  /** Needed only if the same user name exists in several directories. */
  readonly directoryId?: DirectoryId
}

/**
 * The service behind the tag {@link Auth}.
 *
 * @since 0.1.0
 * @category models
 */
export interface AuthService {
  /**
   * Signs in and returns a token. Fails with `AccessDenied` or `Rejected` if the name or password
   * is wrong, depending on the provider's response. (`POST /auth`)
   */
  readonly signIn: (
    options: SignIn
  ) => Effect.Effect<AuthApi.SignedIn, MissingElements | Rejected | InvalidInput | CallError>

  /**
   * Checks whether a token is valid. (`GET /auth`)
   */
  readonly check: (
    token: UserToken.Options
  ) => Effect.Effect<AuthApi.CheckedToken, MissingElements | Rejected | CallError>

  /**
   * Issues another token. The token that the call is made with keeps its own expiry. (`GET
   * /auth/newToken`)
   */
  readonly renew: (token: UserToken.Options) => Effect.Effect<AuthApi.Token, MissingElements | Rejected | CallError>

  /**
   * Revokes a token. (`DELETE /auth/deleteToken`)
   */
  readonly revoke: (token: UserToken.Options) => Effect.Effect<void, Rejected | CallError>
}

/**
 * The four sign-in operations.
 *
 * @since 0.1.0
 * @category services
 */
export class Auth extends Context.Tag("@effect-glowmarkt/core/Auth")<Auth, AuthService>() {}

/**
 * @example
 * ```ts
 * import { Auth, type UserToken } from "@effect-glowmarkt/core"
 * import { Effect } from "effect"
 *
 * const signOut = (token: UserToken.Options) => Effect.flatMap(Auth.make, (auth) => auth.revoke(token))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<AuthService, never, GlowmarktClient> = Effect.map(GlowmarktClient, (client) => ({
  signIn: ({ applicationId, ...login }) =>
    client.bind(
      operations.signIn,
      Credential.fixed("session", { applicationId: Credential.application(applicationId) })
    )({ payload: login }),
  check: (token) => client.bind(operations.check, UserToken.make(token))({}),
  renew: (token) => client.bind(operations.renew, UserToken.make(token))({}),
  revoke: (token) => Effect.asVoid(client.bind(operations.revoke, UserToken.make(token))({}))
}))

/**
 * Provides the sign-in operations. The layer is not memoized, so one program can use two clients.
 *
 * @example
 * ```ts
 * import { Auth, FetchTransport, GlowmarktClient } from "@effect-glowmarkt/core"
 * import { Layer } from "effect"
 *
 * const AuthLive = Auth.layer.pipe(Layer.provide(GlowmarktClient.layer()), Layer.provide(FetchTransport.layer))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<Auth, never, GlowmarktClient> = Layer.fresh(Layer.effect(Auth, make))
