/**
 * The transport for browsers, Deno, Bun and every other runtime with `fetch`: the same requests as
 * `FetchHttpClient` of `@effect/platform` at about half the CPU per call.
 *
 * It is an `HttpClient` like any other. `GlowmarktClient` only calls `fetch` directly when it is given this
 * client as it is. Wrapped in `HttpClient.mapRequest` or the like, it works as a wrapped `FetchHttpClient`.
 *
 * @since 0.1.0
 */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as internal from "./internal/transport/fetchTransport.js"
import * as transport from "./internal/transport/transport.js"

/**
 * Uses the services `FetchHttpClient.Fetch` and `FetchHttpClient.RequestInit` if there are any, otherwise
 * `globalThis.fetch`. Redirects are never followed, whatever `RequestInit` says.
 *
 * @example
 * ```ts
 * import { FetchTransport } from "@effect-glowmarkt/core"
 * import { HttpClient } from "@effect/platform"
 * import { Effect } from "effect"
 *
 * const withFetch = Effect.provideServiceEffect(HttpClient.HttpClient, FetchTransport.make)
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<HttpClient.HttpClient> = Effect.gen(function* () {
  const fetch = yield* Effect.serviceOption(FetchHttpClient.Fetch)
  const defaults = yield* Effect.serviceOption(FetchHttpClient.RequestInit)
  // Provided here, the layer makes a client of our own: a shared one must not change.
  const client = yield* Effect.provide(HttpClient.HttpClient, FetchHttpClient.layer)
  return transport.attach(
    client,
    internal.make(
      // Looked up for each request, as a program may replace it.
      Option.getOrElse(fetch, () => (url, init) => globalThis.fetch(url, init)),
      Option.getOrElse(defaults, () => ({}))
    )
  )
})

/**
 * An `HttpClient` over `fetch`. `FetchHttpClient.Fetch` and `FetchHttpClient.RequestInit` are read when the
 * layer is built.
 *
 * @example
 * ```ts
 * import { AdminAccounts, AppKeys, FetchTransport, GlowmarktClient } from "@effect-glowmarkt/core"
 * import { Layer } from "effect"
 *
 * const Accounts = AdminAccounts.layer.pipe(
 *   Layer.provide(AppKeys.layerConfig()),
 *   Layer.provide(GlowmarktClient.layerConfig()),
 *   Layer.provide(FetchTransport.layer)
 * )
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<HttpClient.HttpClient> = Layer.effect(HttpClient.HttpClient, make)
