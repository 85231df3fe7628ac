/**
 * The scheme `devUserToken`: a developer's token and the id of the application to administer.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import { AdminCredentials } from "./AdminCredentials.js"
import * as Credential from "./Credential.js"
import { type ApplicationId, applicationIdConfig } from "./Identifier.js"
import * as PartialConfig from "./PartialConfig.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly token: Redacted.Redacted
  /** The application to administer. */
  readonly applicationId: ApplicationId
}

/**
 * @example
 * ```ts
 * import { AdminCredentials, DevUserToken, Identifier } from "@effect-glowmarkt/core"
 * import { Effect, Redacted } from "effect"
 *
 * const withToken = Effect.provideService(
 *   AdminCredentials.AdminCredentials,
 *   DevUserToken.make({
 *     token: Redacted.make("token"),
 *     applicationId: Identifier.ApplicationId.make("b0f1b774-a586-4f72-9edd-27ead8aa7a8d")
 *   })
 * )
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (options: Options): Context.Tag.Service<AdminCredentials> =>
  Credential.fixed("devUserToken", {
    devUserToken: options.token,
    applicationId: Credential.application(options.applicationId)
  })

/**
 * Provides administrator credentials from values.
 *
 * @example
 * ```ts
 * import { DevUserToken, Identifier } from "@effect-glowmarkt/core"
 * import { Redacted } from "effect"
 *
 * const Credentials = DevUserToken.layer({
 *   token: Redacted.make("…"),
 *   applicationId: Identifier.ApplicationId.make("0537b17c-ab62-491c-8085-9ac2b6206346")
 * })
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options): Layer.Layer<AdminCredentials> => Layer.succeed(AdminCredentials, make(options))

const configOf = (given: PartialConfig.PartialConfig<Options>): Config.Config<Options> =>
  Config.all({
    token: PartialConfig.orElse(given.token, Config.redacted(Config.nonEmptyString("GLOWMARKT_DEV_TOKEN"))),
    applicationId: PartialConfig.orElse(given.applicationId, applicationIdConfig)
  })

/**
 * Reads `GLOWMARKT_DEV_TOKEN` and `GLOWMARKT_APPLICATION_ID`.
 *
 * @example
 * ```ts
 * import { DevUserToken } from "@effect-glowmarkt/core"
 * import { Config } from "effect"
 *
 * const token = Config.nested(DevUserToken.config, "STAGING")
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const config: Config.Config<Options> = /* @__PURE__ */ configOf({})

/**
 * Provides administrator credentials as {@link layer} does, from configuration. Options that are
 * not `given` come from the variables `GLOWMARKT_DEV_TOKEN` and `GLOWMARKT_APPLICATION_ID`.
 *
 * @example
 * ```ts
 * import { DevUserToken, Identifier } from "@effect-glowmarkt/core"
 *
 * const Credentials = DevUserToken.layerConfig({
 *   applicationId: Identifier.ApplicationId.make("b0f1b774-a586-4f72-9edd-27ead8aa7a8d")
 * })
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  given: PartialConfig.PartialConfig<Options> = {}
): Layer.Layer<AdminCredentials, ConfigError.ConfigError> =>
  Layer.effect(AdminCredentials, Effect.map(configOf(given), make))
