/**
 * The scheme `appKeys`: the key and secret of an application, sent as HTTP Basic. The key
 * identifies the application, so no application id is sent.
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
import * as PartialConfig from "./PartialConfig.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly key: string
  readonly secret: Redacted.Redacted
}

/**
 * @example
 * ```ts
 * import { AdminCredentials, AppKeys } from "@effect-glowmarkt/core"
 * import { Effect, Redacted } from "effect"
 *
 * const withKeys = Effect.provideService(
 *   AdminCredentials.AdminCredentials,
 *   AppKeys.make({ key: "app-key", secret: Redacted.make("app-secret") })
 * )
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (options: Options): Context.Tag.Service<AdminCredentials> =>
  Credential.fixed("appKeys", { appKeys: Credential.basic(options.key, options.secret) })

/**
 * Provides administrator credentials from values.
 *
 * @example
 * ```ts
 * import { AppKeys } from "@effect-glowmarkt/core"
 * import { Redacted } from "effect"
 *
 * const Credentials = AppKeys.layer({ key: "my-application", secret: Redacted.make("…") })
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options): Layer.Layer<AdminCredentials> => Layer.succeed(AdminCredentials, make(options))

const configOf = (given: PartialConfig.PartialConfig<Options>): Config.Config<Options> =>
  Config.all({
    key: PartialConfig.orElse(given.key, Config.nonEmptyString("GLOWMARKT_APP_KEY")),
    secret: PartialConfig.orElse(given.secret, Config.redacted(Config.nonEmptyString("GLOWMARKT_APP_SECRET")))
  })

/**
 * Reads `GLOWMARKT_APP_KEY` and `GLOWMARKT_APP_SECRET`.
 *
 * @example
 * ```ts
 * import { AppKeys } from "@effect-glowmarkt/core"
 * import { Config } from "effect"
 *
 * const keys = Config.nested(AppKeys.config, "PRODUCTION") // PRODUCTION_GLOWMARKT_APP_KEY, …
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const config: Config.Config<Options> = /* @__PURE__ */ configOf({})

/**
 * Provides administrator credentials as {@link layer} does, from configuration. Options that are
 * not `given` come from the variables `GLOWMARKT_APP_KEY` and `GLOWMARKT_APP_SECRET`.
 *
 * @example
 * ```ts
 * import { AppKeys } from "@effect-glowmarkt/core"
 * import { Config } from "effect"
 *
 * const Credentials = AppKeys.layerConfig({ secret: Config.redacted("VAULT_APP_SECRET") })
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  given: PartialConfig.PartialConfig<Options> = {}
): Layer.Layer<AdminCredentials, ConfigError.ConfigError> =>
  Layer.effect(AdminCredentials, Effect.map(configOf(given), make))
