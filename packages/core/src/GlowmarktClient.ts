/**
 * The client that runs every call: base URL, credentials, rate limit, circuit breaker, timeout,
 * decoding, error mapping, retries, spans and metrics.
 *
 * `AdminAccounts`, `UserAccounts` and `Auth` are built on it. Programs only configure it.
 *
 * @since 0.1.0
 */
import type * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Config from "effect/Config"
import * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import * as CircuitBreaker from "./CircuitBreaker.js"
import type { Credential, Grant } from "./Credential.js"
import * as internal from "./internal/call/glowmarktClient.js"
import type * as streaming from "./internal/call/streaming.js"
import type * as Operation from "./Operation.js"
import * as PartialConfig from "./PartialConfig.js"
import * as RateLimit from "./RateLimit.js"
import * as RetryBudget from "./RetryBudget.js"
import * as RetryPolicy from "./RetryPolicy.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /**
   * The base URL, including the API version. White-label servers have other hosts. Default:
   * `GlowmarktClient.defaultBaseUrl`.
   */
  readonly baseUrl?: string
  /**
   * The time limit of one attempt, from sending to the end of the response. Default: 30 seconds.
   */
  readonly timeout?: Duration.DurationInput
  /** Default: `RetryPolicy.standard`. */
  readonly retry?: RetryPolicy.RetryPolicy
  /** The retry budget that all calls share. Default: `RetryBudget.standard`. */
  readonly retryBudget?: RetryBudget.RetryBudget
  /** Limits the requests of all calls together, retries included. Default: no limit. */
  readonly rateLimit?: RateLimit.RateLimit
  /** Default: none. */
  readonly circuitBreaker?: CircuitBreaker.CircuitBreaker
  /**
   * The largest response body in bytes or, in a streamed list, the largest element. Default: 64
   * MiB.
   */
  readonly maxBodyBytes?: number
  /**
   * `w3c` sends the span of each request to the server as a `traceparent` header; `none` (default)
   * keeps the ids of your traces from the provider. Applies to every transport. The client switches
   * off the propagation of `@effect/platform`.
   */
  readonly tracePropagation?: "none" | "w3c"
}

/**
 * Decodes a body while it arrives. `add` returns the elements that a chunk completes, and `end`
 * checks that the body is complete. Both fail with an error made by `invalid` if the body violates
 * the contract.
 *
 * @since 0.1.0
 * @category models
 */
export type BodyReader<A> = streaming.BodyReader<A>

/**
 * The base URL of Glowmarkt's own API.
 *
 * @since 0.1.0
 * @category constants
 */
export const defaultBaseUrl = "https://api.glowmarkt.com/api/v0-1"

/**
 * The service behind the tag {@link GlowmarktClient}.
 *
 * @since 0.1.0
 * @category models
 */
export interface GlowmarktClientService {
  /** The base URL without a trailing slash. */
  readonly baseUrl: string

  /**
   * Binds an operation to credentials and returns a function of the operation's input.
   */
  readonly bind: <E extends HttpApiEndpoint.HttpApiEndpoint.Any, Success, G extends Grant>(
    operation: Operation.Operation<E, Success>,
    credential: Credential<G>
  ) => (input: Operation.Input<E>) => Effect.Effect<Success, Operation.Failure<E>>

  /**
   * Binds an operation like `bind`, for a body that is decoded while it arrives. Retries end once
   * the headers have arrived. After that, a lost connection fails the stream, and so does waiting
   * longer than `timeout` for the next chunk. The call's span and metrics end with the stream.
   */
  readonly bindStream: <E extends HttpApiEndpoint.HttpApiEndpoint.Any, G extends Grant, A>(
    operation: Operation.Operation<E, unknown>,
    credential: Credential<G>,
    read: BodyReader<A>
  ) => (input: Operation.Input<E>) => Stream.Stream<A, Operation.Failure<E>>
}

/**
 * @since 0.1.0
 * @category services
 */
export class GlowmarktClient extends Context.Tag("@effect-glowmarkt/core/GlowmarktClient")<
  GlowmarktClient,
  GlowmarktClientService
>() {}

/**
 * Returns whether paths can be appended to a URL: it has no spaces, query, fragment, user name or
 * password.
 */
const isBaseUrl = (url: string) => {
  if (!URL.canParse(url) || /[\s?#]/.test(url)) return false
  const { password, protocol, username } = new URL(url)
  return /^https?:$/.test(protocol) && username === "" && password === ""
}

// The part before an @ may contain a password.
const notABaseUrl = (url: unknown) =>
  `${JSON.stringify(String(url).replace(/[^/]*@/, "…@"))} is not a base URL: expected a URL such as ${defaultBaseUrl}`

/**
 * @example
 * ```ts
 * import { GlowmarktClient } from "@effect-glowmarkt/core"
 * import { Duration, Effect } from "effect"
 *
 * const withClient = Effect.provideServiceEffect(
 *   GlowmarktClient.GlowmarktClient,
 *   GlowmarktClient.make({ timeout: Duration.seconds(10) })
 * )
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  options: Options = {}
): Effect.Effect<GlowmarktClientService, never, HttpClient.HttpClient | Scope.Scope> =>
  Effect.gen(function* () {
    const { circuitBreaker, rateLimit } = options
    const baseUrl = options.baseUrl ?? defaultBaseUrl
    const retry = options.retry ?? RetryPolicy.standard
    // `layerConfig` checks the URL before this, so an invalid URL here is a mistake in the program.
    if (!isBaseUrl(baseUrl)) return yield* Effect.dieMessage(notABaseUrl(baseUrl))
    const { origin, pathname } = new URL(baseUrl)
    return internal.make(yield* HttpClient.HttpClient, {
      // The base URL ends without a slash, because paths start with one.
      baseUrl: origin + pathname.replace(/\/+$/, ""),
      timeoutMillis: Duration.toMillis(options.timeout ?? "30 seconds"),
      retry,
      totalMillis: Duration.toMillis(retry.total),
      budget: RetryBudget.make(options.retryBudget ?? RetryBudget.standard),
      circuit: circuitBreaker === undefined ? CircuitBreaker.none : CircuitBreaker.make(circuitBreaker),
      limiters: rateLimit === undefined ? [] : [yield* RateLimit.make(rateLimit)],
      maxBodyBytes: options.maxBodyBytes ?? 64 * 1024 * 1024,
      tracePropagation: options.tracePropagation ?? "none"
    })
  })

/**
 * Provides the client from values, over any `HttpClient`.
 *
 * @example
 * ```ts
 * import { AdminAccounts, AppKeys, FetchTransport, GlowmarktClient } from "@effect-glowmarkt/core"
 * import { Duration, Layer, Redacted } from "effect"
 *
 * const Accounts = AdminAccounts.layer.pipe(
 *   Layer.provide(AppKeys.layer({ key: "my-application", secret: Redacted.make("…") })),
 *   Layer.provide(GlowmarktClient.layer({ timeout: Duration.seconds(10) })),
 *   Layer.provide(FetchTransport.layer)
 * )
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options = {}): Layer.Layer<GlowmarktClient, never, HttpClient.HttpClient> =>
  Layer.scoped(GlowmarktClient, make(options))

/**
 * A base URL: `http:` or `https:`, without a user name, query or fragment.
 *
 * @since 0.1.0
 * @category schemas
 */
export const BaseUrl = /* @__PURE__ */ Schema.String.pipe(
  /* @__PURE__ */ Schema.filter((url) => isBaseUrl(url), { message: (issue) => notABaseUrl(issue.actual) })
)

const decodeBaseUrl = /* @__PURE__ */ Schema.decodeEither(BaseUrl)

const configOf = ({ baseUrl, ...others }: PartialConfig.PartialConfig<Options>): Config.Config<Options> => {
  const environment = Config.withDefault(Schema.Config("GLOWMARKT_BASE_URL", BaseUrl), defaultBaseUrl)
  // A `Config` adds the name of its variable to the error, and a plain value has no name to add.
  const path = Config.isConfig(baseUrl) ? [] : ["baseUrl"]
  const checked = Config.mapOrFail(PartialConfig.orElse(baseUrl, environment), (url) =>
    Either.mapLeft(decodeBaseUrl(url), ({ message }) => ConfigError.InvalidData(path, message))
  )
  return Config.zipWith(checked, PartialConfig.all<Omit<Options, "baseUrl">>(others), (baseUrl, others) => ({
    ...others,
    baseUrl
  }))
}

/**
 * Reads `GLOWMARKT_BASE_URL`. Default: {@link defaultBaseUrl}.
 *
 * @example
 * ```ts
 * import { GlowmarktClient } from "@effect-glowmarkt/core"
 * import { Config } from "effect"
 *
 * const options = Config.nested(GlowmarktClient.config, "STAGING")
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const config: Config.Config<Options> = /* @__PURE__ */ configOf({})

/**
 * Provides the client from configuration. The base URL comes from the variable `GLOWMARKT_BASE_URL`
 * unless it is `given`; by default it is Glowmarkt's own. Fails if it is not a valid
 * {@link BaseUrl}.
 *
 * @example
 * ```ts
 * import { FetchTransport, GlowmarktClient } from "@effect-glowmarkt/core"
 * import { Layer } from "effect"
 *
 * const Client = GlowmarktClient.layerConfig({ timeout: "5 seconds" }).pipe(Layer.provide(FetchTransport.layer))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  given: PartialConfig.PartialConfig<Options> = {}
): Layer.Layer<GlowmarktClient, ConfigError.ConfigError, HttpClient.HttpClient> =>
  Layer.scoped(GlowmarktClient, Effect.flatMap(configOf(given), make))
