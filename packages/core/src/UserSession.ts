/**
 * Signs a user in with a user name and password: on the first call, again before the token expires,
 * and again if a call is refused although the token has not expired.
 *
 * @since 0.1.0
 */
import * as KeyValueStore from "@effect/platform/KeyValueStore"
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Auth from "./Auth.js"
import type { SignedIn } from "./AuthApi.js"
import * as Credential from "./Credential.js"
import { GlowmarktClient } from "./GlowmarktClient.js"
import type { AccessDenied, CallError, Rejected } from "./GlowmarktError.js"
import { applicationIdConfig, DirectoryId } from "./Identifier.js"
import * as session from "./internal/credential/session.js"
import { toCallError } from "./internal/credential/signInFailure.js"
import * as tokenStore from "./internal/credential/tokenStore.js"
import * as PartialConfig from "./PartialConfig.js"
import { type SessionPassword, UserCredentials } from "./UserCredentials.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface Options extends Auth.SignIn {}

/**
 * The service behind the tag {@link UserSession}.
 *
 * @since 0.1.0
 * @category models
 */
export interface UserSessionService {
  /**
   * Revokes the token, including one that is only in the cache, and then forgets it. A later call
   * signs in again. If revoking fails, the token is kept, so that you can try again. (`DELETE
   * /auth/deleteToken`)
   */
  readonly signOut: Effect.Effect<void, Rejected | CallError>
}

/**
 * The session, for signing out.
 *
 * @since 0.1.0
 * @category services
 */
export class UserSession extends Context.Tag("@effect-glowmarkt/core/UserSession")<UserSession, UserSessionService>() {}

/**
 * Returns whether the user name or password was refused. A 403 does not count, because it may come
 * from a proxy.
 */
const isRefusal = (error: CallError): error is AccessDenied => error._tag === "AccessDenied" && error.status !== 403

const makeWith = (
  options: Options,
  store: tokenStore.TokenStore
): Effect.Effect<Context.Context<UserCredentials | UserSession>, never, GlowmarktClient | Scope.Scope> =>
  Effect.gen(function* () {
    const auth = yield* Auth.make
    const { applicationId } = options
    const scope = yield* Effect.scope
    let password = options.password
    // New passwords whose change got no response, with the latest first.
    let candidates: ReadonlyArray<Redacted.Redacted> = []

    const others = (secret: Redacted.Redacted) =>
      candidates.filter((candidate) => Redacted.value(candidate) !== Redacted.value(secret))

    const signInWith = (secret: Redacted.Redacted) =>
      Effect.catchAll(auth.signIn({ ...options, password: secret }), toCallError)

    const setPassword = (secret: Redacted.Redacted) =>
      Effect.sync(() => {
        password = secret
        candidates = []
      })

    const signIn = Effect.suspend(() =>
      Effect.catchIf(signInWith(password), isRefusal, (refused) =>
        candidates.reduceRight<Effect.Effect<SignedIn, CallError>>(
          (rest, secret) =>
            signInWith(secret).pipe(
              Effect.tap(() => setPassword(secret)),
              Effect.catchIf(isRefusal, () => rest)
            ),
          Effect.fail(refused)
        )
      )
    )

    const credential = yield* session.make<Credential.UserGrant>({
      caller: "session",
      signIn,
      grant: (userToken) => ({ userToken, applicationId: Credential.application(applicationId) }),
      store
    })

    const revoke = (token: Redacted.Redacted) =>
      Effect.catchIf(
        auth.revoke({ applicationId, token }),
        // The token is already invalid, so it counts as revoked.
        (error) => error._tag === "AccessDenied" && error.status === 401,
        () => Effect.void
      )

    const sessionPassword: SessionPassword = {
      addCandidate: (secret) =>
        Effect.zipRight(
          credential.forgetRefusal,
          Effect.sync(() => {
            candidates = [secret, ...others(secret)]
          })
        ),
      check: (secret) =>
        signInWith(secret).pipe(
          // This token was only needed to check the password.
          Effect.tap(({ token }) => Effect.forkIn(Effect.ignore(revoke(token)), scope)),
          Effect.as(Option.none()),
          Effect.catchIf(isRefusal, (refused) => Effect.succeedSome(refused))
        ),
      confirm: (secret) => Effect.zipRight(credential.forgetRefusal, setPassword(secret)),
      removeCandidate: (secret) =>
        Effect.sync(() => {
          candidates = others(secret)
        })
    }

    return Context.make(UserCredentials, { ...credential, password: Option.some(sessionPassword) }).pipe(
      Context.add(UserSession, { signOut: credential.end(revoke) })
    )
  })

/**
 * @example
 * ```ts
 * import { Identifier, UserSession } from "@effect-glowmarkt/core"
 * import { Redacted } from "effect"
 *
 * const session = UserSession.make({
 *   username: "siân",
 *   password: Redacted.make("secret"),
 *   applicationId: Identifier.ApplicationId.make("b0f1b774-a586-4f72-9edd-27ead8aa7a8d")
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  options: Options
): Effect.Effect<Context.Context<UserCredentials | UserSession>, never, GlowmarktClient | Scope.Scope> =>
  makeWith(options, tokenStore.none)

/**
 * Provides user credentials from a user name and password. Signs in on the first call. Concurrent
 * calls share one sign-in.
 *
 * @example
 * ```ts
 * import { Identifier, UserAccounts, UserSession } from "@effect-glowmarkt/core"
 * import { Layer, Redacted } from "effect"
 *
 * const Own = UserAccounts.layer.pipe(
 *   Layer.provide(
 *     UserSession.layer({
 *       applicationId: Identifier.ApplicationId.make("0537b17c-ab62-491c-8085-9ac2b6206346"),
 *       username: "scotty",
 *       password: Redacted.make("…")
 *     })
 *   )
 * )
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options): Layer.Layer<UserCredentials | UserSession, never, GlowmarktClient> =>
  Layer.scopedContext(make(options))

const makeCached = (options: Options) =>
  Effect.gen(function* () {
    const store = yield* KeyValueStore.KeyValueStore
    const { baseUrl } = yield* GlowmarktClient
    // The key of the cache includes the server and directory, where the same name may be another
    // user's.
    const owner = JSON.stringify([baseUrl, options.applicationId, options.directoryId ?? null, options.username])
    return yield* makeWith(options, tokenStore.make(store, `glowmarkt-session:${owner}`))
  })

/**
 * Provides user credentials as {@link layer} does, with the token cached in a `KeyValueStore`, so
 * that the next process does not have to sign in. The store receives the token and the user name in
 * plain text: choose one that others cannot read. If the store fails, a warning is logged and calls
 * continue.
 *
 * @example
 * ```ts
 * import { Identifier, UserSession } from "@effect-glowmarkt/core"
 * import { KeyValueStore } from "@effect/platform"
 * import { Layer, Redacted } from "effect"
 *
 * const Session = UserSession.layerCached({
 *   username: "siân",
 *   password: Redacted.make("secret"),
 *   applicationId: Identifier.ApplicationId.make("b0f1b774-a586-4f72-9edd-27ead8aa7a8d")
 * }).pipe(Layer.provide(KeyValueStore.layerMemory))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerCached = (
  options: Options
): Layer.Layer<UserCredentials | UserSession, never, GlowmarktClient | KeyValueStore.KeyValueStore> =>
  Layer.scopedContext(makeCached(options))

const configOf = (given: PartialConfig.PartialConfig<Options>): Config.Config<Options> =>
  Config.all({
    username: PartialConfig.orElse(given.username, Config.nonEmptyString("GLOWMARKT_USERNAME")),
    password: PartialConfig.orElse(given.password, Config.redacted(Config.nonEmptyString("GLOWMARKT_PASSWORD"))),
    applicationId: PartialConfig.orElse(given.applicationId, applicationIdConfig),
    directoryId: Config.option(
      PartialConfig.orElse(given.directoryId, Schema.Config("GLOWMARKT_DIRECTORY_ID", DirectoryId))
    )
  }).pipe(
    Config.map(({ directoryId, ...login }) =>
      Option.match(directoryId, { onNone: () => login, onSome: (id) => ({ ...login, directoryId: id }) })
    )
  )

/**
 * Reads `GLOWMARKT_USERNAME`, `GLOWMARKT_PASSWORD`, `GLOWMARKT_APPLICATION_ID` and, if set,
 * `GLOWMARKT_DIRECTORY_ID`.
 *
 * @example
 * ```ts
 * import { UserSession } from "@effect-glowmarkt/core"
 * import { Config } from "effect"
 *
 * const user = Config.nested(UserSession.config, "STAGING")
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const config: Config.Config<Options> = /* @__PURE__ */ configOf({})

/**
 * Provides user credentials as {@link layer} does, from configuration. Options that are not `given`
 * come from the variables `GLOWMARKT_USERNAME`, `GLOWMARKT_PASSWORD` and
 * `GLOWMARKT_APPLICATION_ID`.
 *
 * @example
 * ```ts
 * import { UserAccounts, UserSession } from "@effect-glowmarkt/core"
 * import { Layer } from "effect"
 *
 * const Accounts = UserAccounts.layer.pipe(Layer.provide(UserSession.layerConfig()))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  given: PartialConfig.PartialConfig<Options> = {}
): Layer.Layer<UserCredentials | UserSession, ConfigError.ConfigError, GlowmarktClient> =>
  Layer.scopedContext(Effect.flatMap(configOf(given), make))

/**
 * Provides user credentials as {@link layerCached} does, from configuration. Options that are not
 * `given` come from the variables `GLOWMARKT_USERNAME`, `GLOWMARKT_PASSWORD` and
 * `GLOWMARKT_APPLICATION_ID`.
 *
 * @example
 * ```ts
 * import { UserSession } from "@effect-glowmarkt/core"
 * import { KeyValueStore } from "@effect/platform"
 * import { Layer } from "effect"
 *
 * const Session = Layer.provide(UserSession.layerCachedConfig(), KeyValueStore.layerMemory)
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerCachedConfig = (
  given: PartialConfig.PartialConfig<Options> = {}
): Layer.Layer<UserCredentials | UserSession, ConfigError.ConfigError, GlowmarktClient | KeyValueStore.KeyValueStore> =>
  Layer.scopedContext(Effect.flatMap(configOf(given), makeCached))
