/**
 * An `HttpClient` for every runtime with `fetch`, such as browsers, Deno and Bun. It sends the same
 * requests as `FetchHttpClient` of `@effect/platform` at about half the CPU per call.
 *
 * `GlowmarktClient` calls `fetch` directly only if this client is not wrapped. If it is wrapped,
 * for example by `HttpClient.mapRequest`, it works like a wrapped `FetchHttpClient`.
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
 * Makes the client. It uses `FetchHttpClient.Fetch` and `FetchHttpClient.RequestInit` if provided,
 * and `globalThis.fetch` otherwise. Redirects are never followed, even if `RequestInit` enables
 * them.
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
  // This makes a separate client, because attaching a transport modifies the client.
  const client = yield* Effect.provide(HttpClient.HttpClient, FetchHttpClient.layer)
  return transport.attach(
    client,
    internal.make(
      // `fetch` is looked up for each request, because a program may replace it.
      Option.getOrElse(fetch, () => (url, init) => globalThis.fetch(url, init)),
      Option.getOrElse(defaults, () => ({}))
    )
  )
})

/**
 * Provides the `HttpClient` of {@link make}. `FetchHttpClient.Fetch` and
 * `FetchHttpClient.RequestInit` are read when the layer is built.
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
