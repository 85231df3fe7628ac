/**
 * The scheme `userToken`: a user's token that the program already has, with the id of the
 * application it was issued for. `UserSession` obtains and renews tokens.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as Credential from "./Credential.js"
import { type ApplicationId, applicationIdConfig } from "./Identifier.js"
import * as PartialConfig from "./PartialConfig.js"
import { UserCredentials } from "./UserCredentials.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly token: Redacted.Redacted
  /** The application that the token was issued for. */
  readonly applicationId: ApplicationId
}

/**
 * @example
 * ```ts
 * import { Identifier, UserCredentials, UserToken } from "@effect-glowmarkt/core"
 * import { Effect, Redacted } from "effect"
 *
 * const withToken = Effect.provideService(
 *   UserCredentials.UserCredentials,
 *   UserToken.make({
 *     token: Redacted.make("token"),
 *     applicationId: Identifier.ApplicationId.make("b0f1b774-a586-4f72-9edd-27ead8aa7a8d")
 *   })
 * )
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (options: Options): Context.Tag.Service<UserCredentials> => ({
  ...Credential.fixed("userToken", {
    userToken: options.token,
    applicationId: Credential.application(options.applicationId)
  }),
  password: Option.none()
})

/**
 * Provides user credentials from values.
 *
 * @example
 * ```ts
 * import { Identifier, UserToken } from "@effect-glowmarkt/core"
 * import { Redacted } from "effect"
 *
 * const Credentials = UserToken.layer({
 *   token: Redacted.make("…"),
 *   applicationId: Identifier.ApplicationId.make("0537b17c-ab62-491c-8085-9ac2b6206346")
 * })
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options): Layer.Layer<UserCredentials> => Layer.succeed(UserCredentials, make(options))

const configOf = (given: PartialConfig.PartialConfig<Options>): Config.Config<Options> =>
  Config.all({
    token: PartialConfig.orElse(given.token, Config.redacted(Config.nonEmptyString("GLOWMARKT_USER_TOKEN"))),
    applicationId: PartialConfig.orElse(given.applicationId, applicationIdConfig)
  })

/**
 * Reads `GLOWMARKT_USER_TOKEN` and `GLOWMARKT_APPLICATION_ID`.
 *
 * @example
 * ```ts
 * import { UserToken } from "@effect-glowmarkt/core"
 * import { Config } from "effect"
 *
 * const token = Config.nested(UserToken.config, "STAGING")
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const config: Config.Config<Options> = /* @__PURE__ */ configOf({})

/**
 * Provides user credentials as {@link layer} does, from configuration. Options that are not `given`
 * come from the variables `GLOWMARKT_USER_TOKEN` and `GLOWMARKT_APPLICATION_ID`.
 *
 * @example
 * ```ts
 * import { UserAccounts, UserToken } from "@effect-glowmarkt/core"
 * import { Layer } from "effect"
 *
 * const Accounts = UserAccounts.layer.pipe(Layer.provide(UserToken.layerConfig()))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  given: PartialConfig.PartialConfig<Options> = {}
): Layer.Layer<UserCredentials, ConfigError.ConfigError> =>
  Layer.effect(UserCredentials, Effect.map(configOf(given), make))
