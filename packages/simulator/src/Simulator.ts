/**
 * The Glowmarkt Account API on 127.0.0.1: the contract of `@effect-glowmarkt/core` served on a real
 * socket, with a seeded population.
 *
 * The provider's documentation leaves some behaviour open. The simulator assumes:
 *
 * - A repeated `POST /account` adds a second account, so tests notice a request that is sent twice.
 *   For a user that the directory does not contain, the response is `missing elements`.
 * - `DELETE` of an inactive account returns the same response as the first time and changes
 *   nothing. The user of an inactive account gets `200 {"valid":false}` on sign-in; tokens issued
 *   earlier stay valid.
 * - Adding the same mobile app token twice stores it twice, so tests notice it. Removing a token
 *   that does not exist returns `{"valid":true}`.
 * - A change of e-mail takes effect immediately and does not change the user name. A new password
 *   needs at least 8 characters and does not revoke tokens.
 * - The body of a 429 is `{"error":"Too many requests"}`.
 *
 * @since 0.1.0
 */

import { createServer } from "node:http"
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpApiSwagger from "@effect/platform/HttpApiSwagger"
import * as HttpMiddleware from "@effect/platform/HttpMiddleware"
import * as HttpRouter from "@effect/platform/HttpRouter"
import * as HttpServer from "@effect/platform/HttpServer"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as Faults from "./Faults.js"
import * as Authorization from "./internal/authorization.js"
import * as admin from "./internal/handlers/admin.js"
import * as auth from "./internal/handlers/auth.js"
import * as user from "./internal/handlers/user.js"
import * as middleware from "./internal/middleware.js"
import * as requests from "./internal/requests.js"
import { documentation, SimulatedApi } from "./internal/simulatedApi.js"
import { basePath } from "./Operation.js"
import * as Population from "./Population.js"
import type * as Requests from "./Requests.js"
import * as State from "./State.js"
import * as Throttle from "./Throttle.js"
import * as Tokens from "./Tokens.js"

/**
 * A running simulator and its controls.
 *
 * @since 0.1.0
 * @category models
 */
export interface SimulatorService {
  /** The base URL for clients, including `/api/v0-1`. */
  readonly url: string
  /** The API documentation as a web page. It loads nothing from the network. */
  readonly docsUrl: string
  readonly population: Population.Population
  readonly state: State.StateService
  readonly tokens: Tokens.TokensService
  readonly requests: Requests.RequestsService
  readonly faults: Faults.FaultsService
  readonly throttle: Throttle.ThrottleService
  /**
   * Restores the initial population, and removes the recorded requests, the faults, the throttle
   * and all issued tokens.
   */
  readonly reset: Effect.Effect<void>
}

/**
 * @since 0.1.0
 * @category services
 */
export class Simulator extends Context.Tag("@effect-glowmarkt/simulator/Simulator")<Simulator, SimulatorService>() {}

const remedies = {
  PortInUse: ": the port is in use. Choose another port, or 0 for any free one",
  PortForbidden: ": permission denied. Choose a port above 1023",
  Other: ""
}

/**
 * The simulator cannot listen on its port, usually because the port is in use.
 *
 * @since 0.1.0
 * @category errors
 */
export class ListenError extends Schema.TaggedError<ListenError>()("ListenError", {
  port: Schema.Int,
  reason: Schema.Literal("PortInUse", "PortForbidden", "Other"),
  cause: Schema.Defect
}) {
  override get message() {
    return `Cannot listen on 127.0.0.1:${this.port}${remedies[this.reason]}`
  }
}

/**
 * The options of a simulator.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** The number of accounts. Default: 100. */
  readonly accounts?: number
  /** An integer from which all ids, names and credentials are derived. Default: 1. */
  readonly seed?: number
  /** Default: any free port. */
  readonly port?: number
  /** The instant from which all dates are offsets. Default: the start of the current UTC day. */
  readonly epoch?: DateTime.Utc
  /** How long a user token is valid. Default: 7 days. */
  readonly tokenLifetime?: Duration.DurationInput
  readonly faults?: Faults.Rules
  readonly throttle?: Throttle.Limit
}

const listenError = (port: number, cause: unknown): ListenError => {
  const code = Predicate.hasProperty(cause, "code") ? cause.code : undefined
  return new ListenError({
    port,
    reason: code === "EADDRINUSE" ? "PortInUse" : code === "EACCES" ? "PortForbidden" : "Other",
    cause
  })
}

/**
 * Makes a server that closes all connections when its scope closes. Otherwise a client with
 * keep-alive connections or a pending request would delay the end of a test.
 */
const listen = (port: number): Layer.Layer<HttpServer.HttpServer, ListenError> =>
  Layer.scoped(
    HttpServer.HttpServer,
    Effect.gen(function* () {
      const node = createServer()
      const server = yield* NodeHttpServer.make(() => node, { port, host: "127.0.0.1" }).pipe(
        Effect.mapError((error) => listenError(port, error.cause)),
        // Node throws for a number outside the range of ports.
        Effect.catchAllDefect((cause) => Effect.fail(listenError(port, cause)))
      )
      yield* Effect.addFinalizer(() =>
        Effect.sync(() => {
          node.close()
          node.closeAllConnections()
        })
      )
      return server
    })
  )

const docs = Layer.provide(
  Layer.mergeAll(
    HttpApiBuilder.middlewareOpenApi({ path: `${basePath}/openapi.json` }),
    HttpApiSwagger.layer({ path: `${basePath}/docs` })
  ),
  documentation
)

const serve = (simulator: SimulatorService, recorder: requests.Recorder) => {
  const { credentials } = simulator.population
  const services = Authorization.layer.pipe(
    Layer.provideMerge(Authorization.CredentialReader.layer(credentials)),
    Layer.provideMerge(
      Layer.mergeAll(
        Layer.succeed(State.State, simulator.state),
        Layer.succeed(Tokens.Tokens, simulator.tokens),
        Layer.succeed(Faults.Faults, simulator.faults),
        Layer.succeed(Throttle.Throttle, simulator.throttle)
      )
    )
  )
  const groups = Layer.mergeAll(
    admin.layer(credentials.applicationId),
    user.layer(credentials.applicationId),
    auth.layer(credentials.applicationId),
    auth.developerLayer(credentials)
  )
  return HttpApiBuilder.serve(middleware.cors).pipe(
    Layer.provide(docs),
    Layer.provide(HttpApiBuilder.middleware(middleware.make(recorder))),
    Layer.provide(Layer.provide(HttpApiBuilder.api(SimulatedApi), groups)),
    Layer.provide(services),
    Layer.provide(NodeHttpServer.layerContext),
    // The router matches exactly the contract's paths: `/account/` is an account with an empty id,
    // not the list.
    Layer.provide(
      HttpRouter.setRouterConfig({ caseSensitive: true, ignoreDuplicateSlashes: false, ignoreTrailingSlash: false })
    ),
    // The simulator's spans would mix with those of the program under test.
    HttpMiddleware.withTracerDisabledWhen(() => true)
  )
}

/**
 * Starts a simulator that serves until its scope closes.
 *
 * @example
 * ```ts
 * import { Simulator } from "@effect-glowmarkt/simulator"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const { population, url } = yield* Simulator.Simulator
 *   return `${population.accounts} accounts at ${url}`
 * }).pipe(Effect.provide(Simulator.layer({ accounts: 1000, seed: 7 })))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options = {}): Layer.Layer<Simulator, ListenError> =>
  Layer.unwrapEffect(
    Effect.gen(function* () {
      const seed = options.seed ?? 1
      const epoch = options.epoch ?? DateTime.startOf(yield* DateTime.now, "day")
      const population = Population.make({ accounts: options.accounts ?? 100, seed, epoch })
      const recorder = requests.make()
      const services = {
        population,
        state: State.make(population),
        tokens: Tokens.make({ seed, lifetime: Duration.decode(options.tokenLifetime ?? "7 days") }),
        requests: recorder,
        faults: Faults.make({ seed, rules: options.faults ?? [] }),
        throttle: Throttle.make(Option.fromNullable(options.throttle))
      }
      const simulator = Layer.effect(
        Simulator,
        Effect.map(HttpServer.HttpServer, (server) => {
          const port = server.address._tag === "TcpAddress" ? server.address.port : 0
          const url = `http://127.0.0.1:${port}${basePath}`
          return Simulator.of({
            ...services,
            url,
            docsUrl: `${url}/docs`,
            reset: Effect.all(
              [
                services.state.reset,
                services.tokens.reset,
                services.requests.reset,
                services.faults.clear,
                services.throttle.clear
              ],
              { discard: true }
            )
          })
        })
      )
      // `HttpApiBuilder` memoises its router per build. Two simulators in one program must not
      // share it.
      const served = Layer.unwrapEffect(Effect.map(Simulator, (running) => Layer.fresh(serve(running, recorder))))
      return served.pipe(Layer.provideMerge(simulator), Layer.provide(listen(options.port ?? 0)))
    })
  )
