/**
 * The scheme `orgAppKeys`: the key and secret of an organisation, sent as HTTP Basic, with the id
 * of the application to administer.
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
  readonly key: string
  readonly secret: Redacted.Redacted
  /** The application to administer. */
  readonly applicationId: ApplicationId
}

/**
 * @example
 * ```ts
 * import { AdminCredentials, Identifier, OrgAppKeys } from "@effect-glowmarkt/core"
 * import { Effect, Redacted } from "effect"
 *
 * const withKeys = Effect.provideService(
 *   AdminCredentials.AdminCredentials,
 *   OrgAppKeys.make({
 *     key: "org-key",
 *     secret: Redacted.make("org-secret"),
 *     applicationId: Identifier.ApplicationId.make("b0f1b774-a586-4f72-9edd-27ead8aa7a8d")
 *   })
 * )
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (options: Options): Context.Tag.Service<AdminCredentials> =>
  Credential.fixed("orgAppKeys", {
    orgAppKeys: Credential.basic(options.key, options.secret),
    applicationId: Credential.application(options.applicationId)
  })

/**
 * Provides administrator credentials from values.
 *
 * @example
 * ```ts
 * import { Identifier, OrgAppKeys } from "@effect-glowmarkt/core"
 * import { Redacted } from "effect"
 *
 * const Credentials = OrgAppKeys.layer({
 *   key: "my-organisation",
 *   secret: Redacted.make("…"),
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
    key: PartialConfig.orElse(given.key, Config.nonEmptyString("GLOWMARKT_ORG_KEY")),
    secret: PartialConfig.orElse(given.secret, Config.redacted(Config.nonEmptyString("GLOWMARKT_ORG_SECRET"))),
    applicationId: PartialConfig.orElse(given.applicationId, applicationIdConfig)
  })

/**
 * Reads `GLOWMARKT_ORG_KEY`, `GLOWMARKT_ORG_SECRET` and `GLOWMARKT_APPLICATION_ID`.
 *
 * @example
 * ```ts
 * import { OrgAppKeys } from "@effect-glowmarkt/core"
 * import { Config } from "effect"
 *
 * const keys = Config.nested(OrgAppKeys.config, "PRODUCTION")
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const config: Config.Config<Options> = /* @__PURE__ */ configOf({})

/**
 * Provides administrator credentials as {@link layer} does, from configuration. Options that are
 * not `given` come from the variables `GLOWMARKT_ORG_KEY`, `GLOWMARKT_ORG_SECRET` and
 * `GLOWMARKT_APPLICATION_ID`.
 *
 * @example
 * ```ts
 * import { AdminAccounts, OrgAppKeys } from "@effect-glowmarkt/core"
 * import { Layer } from "effect"
 *
 * const Accounts = AdminAccounts.layer.pipe(Layer.provide(OrgAppKeys.layerConfig()))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  given: PartialConfig.PartialConfig<Options> = {}
): Layer.Layer<AdminCredentials, ConfigError.ConfigError> =>
  Layer.effect(AdminCredentials, Effect.map(configOf(given), make))
