/**
 * A developer signed in by name and password, as an administrator of an
 * application.
 *
 * `POST /devauth` is not in the provider's definition; it is known from the
 * code of other clients. Its answer is taken to hold a `token`, and an `exp` if
 * there is one; a token without `exp` is used until it is refused.
 *
 * @since 0.1.0
 */
import * as KeyValueStore from "@effect/platform/KeyValueStore"
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { AdminCredentials } from "./AdminCredentials.js"
import * as AuthApi from "./AuthApi.js"
import * as Credential from "./Credential.js"
import { GlowmarktClient } from "./GlowmarktClient.js"
import { ApplicationId } from "./Identifier.js"
import * as session from "./internal/session.js"
import { signInFailure } from "./internal/signInFailure.js"
import * as Operation from "./Operation.js"

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

const makeWith = (
  options: Options,
  cache: session.Cache
): Effect.Effect<Context.Tag.Service<AdminCredentials>, never, GlowmarktClient | Scope.Scope> =>
  Effect.gen(function* () {
    const { applicationId, password, username } = options
    const client = yield* GlowmarktClient
    const signIn = client.bind(developerLogin, Credential.fixed("session", {}))
    return yield* session.make<Credential.AdminGrant>({
      caller: "session",
      signIn: Effect.catchAll(signIn({ payload: { username, password } }), signInFailure),
      grant: (devUserToken) => ({ devUserToken, applicationId: Credential.application(applicationId) }),
      cache
    })
  })

/**
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  options: Options
): Effect.Effect<Context.Tag.Service<AdminCredentials>, never, GlowmarktClient | Scope.Scope> =>
  makeWith(options, session.noCache)

/**
 * AdminCredentials from name and password. Nothing is sent before the first
 * call. There is no signing out: how a developer's token is revoked is not known.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options): Layer.Layer<AdminCredentials, never, GlowmarktClient> =>
  Layer.scoped(AdminCredentials, make(options))

/**
 * The same, with the token kept in a `KeyValueStore`; see `UserSession.layerCached`.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerCached = (
  options: Options
): Layer.Layer<AdminCredentials, never, GlowmarktClient | KeyValueStore.KeyValueStore> =>
  Layer.scoped(
    AdminCredentials,
    Effect.gen(function* () {
      const store = yield* KeyValueStore.KeyValueStore
      const { baseUrl } = yield* GlowmarktClient
      const owner = JSON.stringify([baseUrl, options.username])
      return yield* makeWith(options, session.cacheIn(store, `glowmarkt-dev-session:${owner}`))
    })
  )

/**
 * The variables `GLOWMARKT_DEV_USERNAME`, `GLOWMARKT_DEV_PASSWORD` and
 * `GLOWMARKT_APPLICATION_ID`.
 *
 * @since 0.1.0
 * @category config
 */
export const config: Config.Config<Options> = Config.all({
  username: Config.nonEmptyString("GLOWMARKT_DEV_USERNAME"),
  password: Config.redacted(Config.nonEmptyString("GLOWMARKT_DEV_PASSWORD")),
  applicationId: Schema.Config("GLOWMARKT_APPLICATION_ID", ApplicationId)
})

/**
 * AdminCredentials from configuration: by default from the variables of
 * {@link config}.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  options: Config.Config<Options> = config
): Layer.Layer<AdminCredentials, ConfigError.ConfigError, GlowmarktClient> =>
  Layer.scoped(AdminCredentials, Effect.flatMap(options, make))
