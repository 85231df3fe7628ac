/**
 * One layer with an account service, its credentials, the client and `NodeTransport`. Import it
 * from `@effect-glowmarkt/core/node`. On other runtimes use `FetchAccounts`.
 *
 * A program with several applications or users should combine the layers itself, so that they share
 * one client with its connections, rate limit and retry budget.
 *
 * @since 0.1.0
 */
import type * as ConfigError from "effect/ConfigError"
import * as Layer from "effect/Layer"
import * as AdminAccounts from "./AdminAccounts.js"
import type { AdminCredentials } from "./AdminCredentials.js"
import * as GlowmarktClient from "./GlowmarktClient.js"
import * as NodeTransport from "./NodeTransport.js"
import type { PartialConfig } from "./PartialConfig.js"
import * as UserAccounts from "./UserAccounts.js"
import type { UserCredentials } from "./UserCredentials.js"

/**
 * The options of `GlowmarktClient.layerConfig`, such as `timeout`, `retry` and `rateLimit`, and
 * those of `NodeTransport.layer`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options extends PartialConfig<GlowmarktClient.Options> {
  readonly transport?: NodeTransport.Options
}

const client = ({ transport, ...options }: Options) =>
  Layer.provide(GlowmarktClient.layerConfig(options), NodeTransport.layer(transport))

/**
 * Provides `AdminAccounts` with the given credentials. The base URL comes from `GLOWMARKT_BASE_URL`
 * unless it is given. Fails if a variable is missing or invalid.
 *
 * @example
 * ```ts
 * import { AdminAccounts, AppKeys } from "@effect-glowmarkt/core"
 * import { NodeAccounts } from "@effect-glowmarkt/core/node"
 * import { Console, Effect } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const admin = yield* AdminAccounts.AdminAccounts
 *   const { accounts } = yield* admin.list
 *   yield* Console.log(`${accounts.length} accounts`)
 * })
 *
 * const Accounts = NodeAccounts.layerAdmin(AppKeys.layerConfig(), {
 *   rateLimit: { limit: 10, interval: "1 second" }
 * })
 *
 * Effect.runPromise(Effect.provide(program, Accounts))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerAdmin = <E, R>(
  credentials: Layer.Layer<AdminCredentials, E, R>,
  options: Options = {}
): Layer.Layer<AdminAccounts.AdminAccounts, E | ConfigError.ConfigError, Exclude<R, GlowmarktClient.GlowmarktClient>> =>
  AdminAccounts.layer.pipe(Layer.provide(credentials), Layer.provide(client(options)))

/**
 * Provides `UserAccounts` with the given credentials. The base URL comes from `GLOWMARKT_BASE_URL`
 * unless it is given. Fails if a variable is missing or invalid.
 *
 * @example
 * ```ts
 * import { UserAccounts, UserSession } from "@effect-glowmarkt/core"
 * import { NodeAccounts } from "@effect-glowmarkt/core/node"
 * import { Console, Effect } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const user = yield* UserAccounts.UserAccounts
 *   const { status } = yield* user.status
 *   yield* Console.log(`Your account is ${status}`)
 * })
 *
 * Effect.runPromise(Effect.provide(program, NodeAccounts.layerUser(UserSession.layerConfig())))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerUser = <E, R>(
  credentials: Layer.Layer<UserCredentials, E, R>,
  options: Options = {}
): Layer.Layer<UserAccounts.UserAccounts, E | ConfigError.ConfigError, Exclude<R, GlowmarktClient.GlowmarktClient>> =>
  UserAccounts.layer.pipe(Layer.provide(credentials), Layer.provide(client(options)))
