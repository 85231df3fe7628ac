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
import * as Undici from "@effect/platform-node/Undici"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as deadlines from "./internal/node/deadlines.js"
import * as dispatch from "./internal/node/dispatch.js"
import * as download from "./internal/node/download.js"
import * as wire from "./internal/wire.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** Connections to one host at a time. Default: 64. */
  readonly connections?: number
  /** What making a connection may take. Default: 10 seconds. */
  readonly connectTimeout?: Duration.DurationInput
  /** How long an idle connection is kept. Default: 4 seconds, or what the server says. */
  readonly keepAlive?: Duration.DurationInput
  /** Certificates (PEM) of authorities to trust instead of those that Node knows. */
  readonly ca?: string | ReadonlyArray<string>
  /** `environment`, the default: by `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`. */
  readonly proxy?: "environment" | "none"
}

const hasProxy = () =>
  ["http_proxy", "https_proxy"].some((name) => (process.env[name] ?? process.env[name.toUpperCase()] ?? "") !== "")

const makeDispatcher = (options: Options): Undici.Dispatcher => {
  const { ca } = options
  const connect = {
    timeout: Duration.toMillis(options.connectTimeout ?? "10 seconds"),
    ...(ca === undefined ? {} : { ca: typeof ca === "string" ? ca : [...ca] })
  }
  const settings: Undici.Agent.Options = {
    connections: options.connections ?? 64,
    connect,
    ...(options.keepAlive === undefined ? {} : { keepAliveTimeout: Duration.toMillis(options.keepAlive) })
  }
  return options.proxy !== "none" && hasProxy()
    ? // A proxy agent makes its own connections, to the proxy and through it.
      new Undici.EnvHttpProxyAgent({ ...settings, proxyTls: connect, requestTls: connect })
    : new Undici.Agent(settings)
}

/**
 * @since 0.1.0
 * @category constructors
 */
export const make = (options: Options = {}): Effect.Effect<HttpClient.HttpClient, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => ({ dispatcher: makeDispatcher(options), timers: deadlines.make() })),
      ({ dispatcher, timers }) => Effect.promise(() => dispatcher.destroy().finally(timers.close))
    ),
    ({ dispatcher, timers }) =>
      wire.withShortCut(NodeHttpClient.makeUndici(dispatcher), {
        start: dispatch.start(dispatcher, timers),
        open: download.open(dispatcher, timers)
      })
  )

/**
 * An `HttpClient` for Node.
 *
 * @example
 * import { AdminAccounts, AppKeys, GlowmarktClient } from "@effect-glowmarkt/core"
 * import { NodeTransport } from "@effect-glowmarkt/core/node"
 * import { Layer } from "effect"
 *
 * const Accounts = AdminAccounts.layer.pipe(
 *   Layer.provide(AppKeys.layerConfig()),
 *   Layer.provide(GlowmarktClient.layerConfig()),
 *   Layer.provide(NodeTransport.layer())
 * )
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options = {}): Layer.Layer<HttpClient.HttpClient> =>
  Layer.scoped(HttpClient.HttpClient, make(options))
