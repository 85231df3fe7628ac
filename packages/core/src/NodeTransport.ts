/**
 * The transport for Node: undici's connection pool, driven without the objects,
 * abort signals and timers that a general `HttpClient` needs for each request.
 *
 * It is an `HttpClient` like any other. Only when it is provided as it is does
 * `GlowmarktClient` take the short way; wrapped in `HttpClient.mapRequest` or
 * the like it does all that a wrapped client does.
 *
 * Imported from `@effect-glowmarkt/core/node`.
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
   * Requests to one server at a time, and so connections; the others wait for their turn. Default: 64.
   * Of a client that is wrapped in something there is no such limit.
   */
  readonly connections?: number
  /** What making a connection may take. Default: 10 seconds. */
  readonly connectTimeout?: Duration.DurationInput
  /** How long an idle connection is kept. Default: 4 seconds, or what the server says. */
  readonly keepAlive?: Duration.DurationInput
  /** Certificates (PEM) of authorities to trust instead of those that Node knows. */
  readonly ca?: string | ReadonlyArray<string>
  /** `environment`, the default: by `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, as everywhere. */
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

/** A mistake of the program, in words: undici would refuse every request. */
const mistake = (width: number, { connectMillis, keepAliveMillis }: connections.Settings): string | undefined => {
  if (!(width >= 1)) return `connections: expected at least 1, not ${width}`
  if (!(connectMillis > 0)) return "connectTimeout: expected more than zero"
  return keepAliveMillis === undefined || keepAliveMillis > 0 ? undefined : "keepAlive: expected more than zero"
}

/**
 * Fails if a variable that names a proxy does not name one.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  options: Options = {}
): Effect.Effect<HttpClient.HttpClient, ConfigError.ConfigError, Scope.Scope> =>
  Effect.gen(function* () {
    const width = options.connections ?? 64
    const chosen = yield* settings(options)
    const wrong = mistake(width, chosen)
    if (wrong !== undefined) return yield* Effect.dieMessage(`NodeTransport: ${wrong}`)
    // Released last: requests have their deadlines until the connections are gone.
    const timers = yield* Effect.acquireRelease(
      Effect.sync(() => deadlines.make()),
      ({ close }) => Effect.sync(close)
    )
    const { dispatcher } = yield* Effect.acquireRelease(
      Effect.sync(() => connections.make(chosen)),
      ({ close }) => Effect.promise(close)
    )
    const queues = connectionQueue.make(width)
    return transport.attach(NodeHttpClient.makeUndici(dispatcher), {
      readsContext: false,
      send: dispatch.send(dispatch.start(dispatcher, queues, timers)),
      stream: download.open(dispatcher, queues, timers)
    })
  })

/**
 * An `HttpClient` for Node. Fails if a variable that names a proxy does not name one.
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
