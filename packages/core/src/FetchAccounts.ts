/**
 * One layer with an account service, its credentials, the client and `FetchTransport`, for
 * browsers, Bun and Deno. On Node, `NodeAccounts` is several times as fast.
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
import * as FetchTransport from "./FetchTransport.js"
import * as GlowmarktClient from "./GlowmarktClient.js"
import type { PartialConfig } from "./PartialConfig.js"
import * as UserAccounts from "./UserAccounts.js"
import type { UserCredentials } from "./UserCredentials.js"

/**
 * The options of `GlowmarktClient.layerConfig`, such as `timeout`, `retry` and `rateLimit`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options extends PartialConfig<GlowmarktClient.Options> {}

const client = (options: Options) => Layer.provide(GlowmarktClient.layerConfig(options), FetchTransport.layer)

/**
 * Provides `AdminAccounts` with the given credentials. The base URL comes from `GLOWMARKT_BASE_URL`
 * unless it is given. Fails if a variable is missing or invalid.
 *
 * @example
 * ```ts
 * import { AdminAccounts, AppKeys, FetchAccounts } from "@effect-glowmarkt/core"
 * import { Console, Effect, Redacted } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const admin = yield* AdminAccounts.AdminAccounts
 *   const { accounts } = yield* admin.list
 *   yield* Console.log(`${accounts.length} accounts`)
 * })
 *
 * const Accounts = FetchAccounts.layerAdmin(AppKeys.layer({ key: "my-application", secret: Redacted.make("…") }))
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
 * import { FetchAccounts, UserAccounts, UserSession } from "@effect-glowmarkt/core"
 * import { Console, Effect } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const user = yield* UserAccounts.UserAccounts
 *   const { status } = yield* user.status
 *   yield* Console.log(`Your account is ${status}`)
 * })
 *
 * Effect.runPromise(Effect.provide(program, FetchAccounts.layerUser(UserSession.layerConfig())))
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
