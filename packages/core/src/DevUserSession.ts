/**
 * Signs a developer in with a user name and password, to administer an application.
 *
 * `POST /devauth` is not in the provider's definition. It is known from the code of other clients.
 * Its response must contain `token` and may contain `exp`; a token without `exp` is used until it
 * is refused.
 *
 * @since 0.1.0
 */
import * as KeyValueStore from "@effect/platform/KeyValueStore"
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as Ref from "effect/Ref"
import type * as Scope from "effect/Scope"
import { AdminCredentials } from "./AdminCredentials.js"
import * as Auth from "./Auth.js"
import * as AuthApi from "./AuthApi.js"
import * as Credential from "./Credential.js"
import { GlowmarktClient } from "./GlowmarktClient.js"
import type { CallError } from "./GlowmarktError.js"
import { type ApplicationId, applicationIdConfig } from "./Identifier.js"
import * as session from "./internal/credential/session.js"
import { toCallError } from "./internal/credential/signInFailure.js"
import * as tokenStore from "./internal/credential/tokenStore.js"
import * as Operation from "./Operation.js"
import * as PartialConfig from "./PartialConfig.js"

const developerLogin = Operation.compile(AuthApi.developerLogin)

/**
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly username: string
  readonly password: Redacted.Redacted
  /** The application to administer. */
  readonly applicationId: ApplicationId
}

/**
 * The service behind the tag {@link DevUserSession}.
 *
 * @since 0.1.0
 * @category models
 */
export interface DevUserSessionService {
  /**
   * Revokes the token and then forgets it, in the cache too. The provider does not document whether
   * it revokes developer tokens. If it declines, the result is `forgotten` and the token stays
   * valid until it expires. If the request fails, the token is kept, so that you can try again.
   * (`DELETE /auth/deleteToken`)
   */
  readonly signOut: Effect.Effect<"revoked" | "forgotten", CallError>
}

/**
 * The session, for signing out.
 *
 * @since 0.1.0
 * @category services
 */
export class DevUserSession extends Context.Tag("@effect-glowmarkt/core/DevUserSession")<
  DevUserSession,
  DevUserSessionService
>() {}

const makeWith = (
  options: Options,
  store: tokenStore.TokenStore
): Effect.Effect<Context.Context<AdminCredentials | DevUserSession>, never, GlowmarktClient | Scope.Scope> =>
  Effect.gen(function* () {
    const { applicationId, password, username } = options
    const client = yield* GlowmarktClient
    const auth = yield* Auth.make
    const signIn = client.bind(developerLogin, Credential.fixed("session", {}))
    const credential = yield* session.make<Credential.AdminGrant>({
      caller: "session",
      signIn: Effect.catchAll(signIn({ payload: { username, password } }), toCallError),
      grant: (devUserToken) => ({ devUserToken, applicationId: Credential.application(applicationId) }),
      store
    })
    const signOut = Effect.flatMap(Ref.make<"revoked" | "forgotten">("forgotten"), (outcome) => {
      const revoke = (token: Redacted.Redacted) =>
        Effect.matchEffect(auth.revoke({ applicationId, token }), {
          onSuccess: () => Ref.set(outcome, "revoked"),
          onFailure: (error) =>
            error._tag === "Rejected" || error._tag === "AccessDenied" ? Effect.void : Effect.fail(error)
        })
      return Effect.zipRight(credential.end(revoke), Ref.get(outcome))
    })
    return Context.make(AdminCredentials, credential).pipe(Context.add(DevUserSession, { signOut }))
  })

/**
 * @example
 * ```ts
 * import { DevUserSession, Identifier } from "@effect-glowmarkt/core"
 * import { Redacted } from "effect"
 *
 * const session = DevUserSession.make({
 *   username: "developer",
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
): Effect.Effect<Context.Context<AdminCredentials | DevUserSession>, never, GlowmarktClient | Scope.Scope> =>
  makeWith(options, tokenStore.none)

/**
 * Provides administrator credentials from a developer's user name and password. Signs in on the
 * first call. Concurrent calls share one sign-in.
 *
 * @example
 * ```ts
 * import { AdminAccounts, DevUserSession, Identifier } from "@effect-glowmarkt/core"
 * import { Layer, Redacted } from "effect"
 *
 * const Accounts = AdminAccounts.layer.pipe(
 *   Layer.provide(
 *     DevUserSession.layer({
 *       username: "developer",
 *       password: Redacted.make("secret"),
 *       applicationId: Identifier.ApplicationId.make("b0f1b774-a586-4f72-9edd-27ead8aa7a8d")
 *     })
 *   )
 * )
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options): Layer.Layer<AdminCredentials | DevUserSession, never, GlowmarktClient> =>
  Layer.scopedContext(make(options))

const makeCached = (options: Options) =>
  Effect.gen(function* () {
    const store = yield* KeyValueStore.KeyValueStore
    const { baseUrl } = yield* GlowmarktClient
    const owner = JSON.stringify([baseUrl, options.username])
    return yield* makeWith(options, tokenStore.make(store, `glowmarkt-dev-session:${owner}`))
  })

/**
 * Provides administrator credentials as {@link layer} does, with the token cached in a
 * `KeyValueStore` as in `UserSession.layerCached`.
 *
 * @example
 * ```ts
 * import { DevUserSession, Identifier } from "@effect-glowmarkt/core"
 * import { KeyValueStore } from "@effect/platform"
 * import { Layer, Redacted } from "effect"
 *
 * const Session = DevUserSession.layerCached({
 *   username: "developer",
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
): Layer.Layer<AdminCredentials | DevUserSession, never, GlowmarktClient | KeyValueStore.KeyValueStore> =>
  Layer.scopedContext(makeCached(options))

const configOf = (given: PartialConfig.PartialConfig<Options>): Config.Config<Options> =>
  Config.all({
    username: PartialConfig.orElse(given.username, Config.nonEmptyString("GLOWMARKT_DEV_USERNAME")),
    password: PartialConfig.orElse(given.password, Config.redacted(Config.nonEmptyString("GLOWMARKT_DEV_PASSWORD"))),
    applicationId: PartialConfig.orElse(given.applicationId, applicationIdConfig)
  })

/**
 * Reads `GLOWMARKT_DEV_USERNAME`, `GLOWMARKT_DEV_PASSWORD` and `GLOWMARKT_APPLICATION_ID`.
 *
 * @example
 * ```ts
 * import { DevUserSession } from "@effect-glowmarkt/core"
 * import { Config } from "effect"
 *
 * const developer = Config.nested(DevUserSession.config, "STAGING")
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const config: Config.Config<Options> = /* @__PURE__ */ configOf({})

/**
 * Provides administrator credentials as {@link layer} does, from configuration. Options that are
 * not `given` come from the variables `GLOWMARKT_DEV_USERNAME`, `GLOWMARKT_DEV_PASSWORD` and
 * `GLOWMARKT_APPLICATION_ID`.
 *
 * @example
 * ```ts
 * import { AdminAccounts, DevUserSession } from "@effect-glowmarkt/core"
 * import { Layer } from "effect"
 *
 * const Accounts = AdminAccounts.layer.pipe(Layer.provide(DevUserSession.layerConfig()))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  given: PartialConfig.PartialConfig<Options> = {}
): Layer.Layer<AdminCredentials | DevUserSession, ConfigError.ConfigError, GlowmarktClient> =>
  Layer.scopedContext(Effect.flatMap(configOf(given), make))

/**
 * Provides administrator credentials as {@link layerCached} does, from configuration. Options that
 * are not `given` come from the variables `GLOWMARKT_DEV_USERNAME`, `GLOWMARKT_DEV_PASSWORD` and
 * `GLOWMARKT_APPLICATION_ID`.
 *
 * @example
 * ```ts
 * import { DevUserSession } from "@effect-glowmarkt/core"
 * import { KeyValueStore } from "@effect/platform"
 * import { Layer } from "effect"
 *
 * const Session = Layer.provide(DevUserSession.layerCachedConfig(), KeyValueStore.layerMemory)
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerCachedConfig = (
  given: PartialConfig.PartialConfig<Options> = {}
): Layer.Layer<
  AdminCredentials | DevUserSession,
  ConfigError.ConfigError,
  GlowmarktClient | KeyValueStore.KeyValueStore
> => Layer.scopedContext(Effect.flatMap(configOf(given), makeCached))
