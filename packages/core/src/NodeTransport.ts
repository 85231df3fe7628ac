/**
 * An `HttpClient` for Node on undici's connection pool. Import it from
 * `@effect-glowmarkt/core/node`.
 *
 * `GlowmarktClient` sends through it without the objects, abort signals and timers that a general
 * `HttpClient` creates for each request. If the client is wrapped, for example by
 * `HttpClient.mapRequest`, the wrapped client is used like any other.
 *
 * @since 0.1.0
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import type * as ConfigError from "effect/ConfigError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as deadlines from "./internal/transport/deadlines.js"
import * as connectionQueue from "./internal/transport/node/connectionQueue.js"
import * as connections from "./internal/transport/node/connections.js"
import * as dispatch from "./internal/transport/node/dispatch.js"
import * as download from "./internal/transport/node/download.js"
import * as proxies from "./internal/transport/node/proxies.js"
import * as transport from "./internal/transport/transport.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /**
   * The maximum number of concurrent requests (and connections) to one server. Further
   * requests wait. Does not apply to a wrapped client. Default: 64.
   */
  readonly connections?: number
  /** The time limit for opening a connection. Default: 10 seconds. */
  readonly connectTimeout?: Duration.DurationInput
  /**
   * How long to keep an idle connection. Default: 4 seconds, or the server's `Keep-Alive` header.
   */
  readonly keepAlive?: Duration.DurationInput
  /** Certificates (PEM) of authorities to trust instead of Node's default list. */
  readonly ca?: string | ReadonlyArray<string>
  /**
   * `environment` (default) reads `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`; `none` uses no proxy.
   */
  readonly proxy?: "environment" | "none"
}

const settings = (options: Options): Either.Either<connections.Settings, ConfigError.ConfigError> =>
  Either.map(
    options.proxy === "none" ? Either.right(proxies.none) : proxies.fromEnvironment(process.env),
    (proxies) => ({
      connectMillis: Duration.toMillis(options.connectTimeout ?? "10 seconds"),
      keepAliveMillis: options.keepAlive === undefined ? undefined : Duration.toMillis(options.keepAlive),
      ca: options.ca,
      proxies
    })
  )

/**
 * Describes the invalid option, or returns `undefined` if all are valid. Undici itself would fail
 * only later, for every request.
 */
const invalidOption = (limit: number, { connectMillis, keepAliveMillis }: connections.Settings): string | undefined => {
  if (!(limit >= 1)) return `connections: expected at least 1, not ${limit}`
  if (!(connectMillis > 0)) return "connectTimeout: expected more than zero"
  return keepAliveMillis === undefined || keepAliveMillis > 0 ? undefined : "keepAlive: expected more than zero"
}

/**
 * Fails if a proxy variable does not contain the address of a proxy. Dies if an option is invalid,
 * and on runtimes other than Node, such as Bun: use `FetchTransport` there.
 *
 * @example
 * ```ts
 * import { NodeTransport } from "@effect-glowmarkt/core/node"
 * import { HttpClient } from "@effect/platform"
 * import { Effect } from "effect"
 *
 * const withTransport = Effect.provideServiceEffect(HttpClient.HttpClient, NodeTransport.make())
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  options: Options = {}
): Effect.Effect<HttpClient.HttpClient, ConfigError.ConfigError, Scope.Scope> =>
  Effect.gen(function* () {
    const limit = options.connections ?? 64
    const resolved = yield* settings(options)
    const problem = invalidOption(limit, resolved)
    if (problem !== undefined) return yield* Effect.dieMessage(`NodeTransport: ${problem}`)
    if (!connections.isSupported()) {
      return yield* Effect.dieMessage(
        "NodeTransport needs Node: the undici of this runtime has no dispatch. Use FetchTransport, or FetchAccounts instead of NodeAccounts."
      )
    }
    // The deadlines are acquired first, so they are released last: they apply until all connections
    // are closed.
    const timers = yield* Effect.acquireRelease(
      Effect.sync(() => deadlines.make()),
      ({ close }) => Effect.sync(close)
    )
    const { dispatcher } = yield* Effect.acquireRelease(
      Effect.sync(() => connections.make(resolved)),
      ({ close }) => Effect.promise(close)
    )
    const queues = connectionQueue.make(limit)
    return transport.attach(NodeHttpClient.makeUndici(dispatcher), {
      readsContext: false,
      send: dispatch.send(dispatch.start(dispatcher, queues, timers)),
      stream: download.stream(dispatcher, queues, timers)
    })
  })

/**
 * Provides the `HttpClient` of {@link make}.
 *
 * @example
 * ```ts
 * import { AdminAccounts, AppKeys, GlowmarktClient } from "@effect-glowmarkt/core"
 * import { NodeTransport } from "@effect-glowmarkt/core/node"
 * import { Layer } from "effect"
 *
 * const Accounts = AdminAccounts.layer.pipe(
 *   Layer.provide(AppKeys.layerConfig()),
 *   Layer.provide(GlowmarktClient.layerConfig()),
 *   Layer.provide(NodeTransport.layer())
 * )
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options = {}): Layer.Layer<HttpClient.HttpClient, ConfigError.ConfigError> =>
  Layer.scoped(HttpClient.HttpClient, make(options))
