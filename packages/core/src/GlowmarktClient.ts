/**
 * The pipeline that every call goes through: base URL, credentials, rate limit,
 * circuit breaker, timeout of an attempt, decoding and error mapping, retry,
 * span and metrics.
 *
 * `AdminAccounts`, `UserAccounts` and `Auth` are made of it; a program only
 * configures it.
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
  /** Up to and including the API's version. Default: Glowmarkt itself; white labels serve the same paths on other hosts. */
  readonly baseUrl?: string
  /** What one attempt may take, answer included. Default: 30 seconds. */
  readonly timeout?: Duration.DurationInput
  /** How a call is retried. Default: `RetryPolicy.standard`. */
  readonly retry?: RetryPolicy.RetryPolicy
  /** What all calls together may spend on retries. Default: `RetryBudget.standard`. */
  readonly retryBudget?: RetryBudget.RetryBudget
  /** How many requests may be sent in an interval, retries included, by all fibers together. Default: no limit. */
  readonly rateLimit?: RateLimit.RateLimit
  /** Default: none. */
  readonly circuitBreaker?: CircuitBreaker.CircuitBreaker
  /** The largest answer that is read, in bytes. In streamed lists that of an element. Default: 64 MiB. */
  readonly maxBodyBytes?: number
}

/**
 * Reads a body while it arrives: `add` gives what these bytes complete, and `end`
 * says whether the body may end here. If the bytes are not what the contract
 * promises, both fail with the error that `invalid` makes of the call.
 *
 * @since 0.1.0
 * @category models
 */
export type BodyReader<A> = streaming.BodyReader<A>

/**
 * Where Glowmarkt serves its API.
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
  /** Where its requests go, without a slash at the end. */
  readonly baseUrl: string

  /**
   * Binds an operation to credentials: what comes out is the operation as a
   * function of its input.
   */
  readonly bind: <E extends HttpApiEndpoint.HttpApiEndpoint.Any, Success, G extends Grant>(
    operation: Operation.Operation<E, Success>,
    credential: Credential<G>
  ) => (input: Operation.Input<E>) => Effect.Effect<Success, Operation.Failure<E>>

  /**
   * The same for a body that is taken as it arrives. Retry covers everything up
   * to the headers of the answer; a connection that breaks later breaks the stream,
   * and so does a silence longer than an attempt may take. Span and metrics of
   * the call last as long as the stream, and fail with it.
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

/** What paths can be put behind: no blanks, query, fragment, or name and password. */
const isBaseUrl = (url: string) => {
  if (!URL.canParse(url) || /[\s?#]/.test(url)) return false
  const { password, protocol, username } = new URL(url)
  return /^https?:$/.test(protocol) && username === "" && password === ""
}

// What stands before an @ may be a password.
const notABaseUrl = (url: unknown) =>
  `${JSON.stringify(String(url).replace(/[^/]*@/, "…@"))} is not a base URL: expected a URL such as ${defaultBaseUrl}`

/**
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
    // By `layerConfig` it is checked already; in a program it is a mistake of the program.
    if (!isBaseUrl(baseUrl)) return yield* Effect.dieMessage(notABaseUrl(baseUrl))
    const { origin, pathname } = new URL(baseUrl)
    return internal.make(yield* HttpClient.HttpClient, {
      // A slash at the end would make every path start with two.
      baseUrl: origin + pathname.replace(/\/+$/, ""),
      timeoutMillis: Duration.toMillis(options.timeout ?? "30 seconds"),
      retry,
      totalMillis: Duration.toMillis(retry.total),
      budget: RetryBudget.make(options.retryBudget ?? RetryBudget.standard),
      circuit: circuitBreaker === undefined ? CircuitBreaker.none : CircuitBreaker.make(circuitBreaker),
      limiters: rateLimit === undefined ? [] : [yield* RateLimit.make(rateLimit)],
      maxBodyBytes: options.maxBodyBytes ?? 64 * 1024 * 1024
    })
  })

/**
 * The client from values, over any `HttpClient`.
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
 * The address of an API: `http:` or `https:`, without user name, query and fragment.
 *
 * @since 0.1.0
 * @category schemas
 */
export const BaseUrl = Schema.String.pipe(
  Schema.filter((url) => isBaseUrl(url), { message: (issue) => notABaseUrl(issue.actual) })
)

const decodeBaseUrl = Schema.decodeEither(BaseUrl)

const configOf = ({ baseUrl, ...others }: PartialConfig.PartialConfig<Options>): Config.Config<Options> => {
  const environment = Config.withDefault(Schema.Config("GLOWMARKT_BASE_URL", BaseUrl), defaultBaseUrl)
  // A `Config` adds the name of its variable; a value has none.
  const path = Config.isConfig(baseUrl) ? [] : ["baseUrl"]
  const checked = Config.mapOrFail(PartialConfig.orElse(baseUrl, environment), (url) =>
    Either.mapLeft(decodeBaseUrl(url), ({ message }) => ConfigError.InvalidData(path, message))
  )
  return Config.zipWith(checked, PartialConfig.given<Omit<Options, "baseUrl">>(others), (baseUrl, others) => ({
    ...others,
    baseUrl
  }))
}

/**
 * The variable `GLOWMARKT_BASE_URL`, by default Glowmarkt's own address.
 *
 * @since 0.1.0
 * @category constructors
 */
export const config: Config.Config<Options> = configOf({})

/**
 * The client from configuration. The base URL comes from the variable of {@link config}
 * unless it is `given`. Fails if it is no {@link BaseUrl}, wherever it comes from.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  given: PartialConfig.PartialConfig<Options> = {}
): Layer.Layer<GlowmarktClient, ConfigError.ConfigError, HttpClient.HttpClient> =>
  Layer.scoped(GlowmarktClient, Effect.flatMap(configOf(given), make))
