/**
 * The Glowmarkt Account API on loopback: the contract of
 * `@effect-glowmarkt/core` served on a real socket, with people in it.
 *
 * Where nobody knows what the provider does, the simulator does this:
 *
 * - `POST /account` asked twice adds two accounts, so that a careless repeat shows;
 *   a user the directory does not know is answered `missing elements`.
 * - `DELETE` of an inactive account is answered as the first time and changes
 *   nothing; a user of an inactive account signs in to `200 {"valid":false}`,
 *   tokens that are out stay good.
 * - Adding a mobile app token twice keeps one; removing one that is not there is
 *   `{"valid":true}`.
 * - An e-mail change takes effect at once and leaves the user name alone; a new
 *   password leaves tokens alone, and has at least 8 characters.
 * - 429 says `{"error":"Too many requests"}`.
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
import * as Authorization from "./Authorization.js"
import * as Faults from "./Faults.js"
import { documentation, SimulatedApi } from "./internal/api.js"
import * as edge from "./internal/edge.js"
import * as admin from "./internal/handlers/admin.js"
import * as auth from "./internal/handlers/auth.js"
import * as developer from "./internal/handlers/developer.js"
import * as user from "./internal/handlers/user.js"
import * as recorder from "./internal/recorder.js"
import { basePath } from "./Operation.js"
import * as Population from "./Population.js"
import type * as Requests from "./Requests.js"
import * as State from "./State.js"
import * as Throttle from "./Throttle.js"
import * as Tokens from "./Tokens.js"

/**
 * A running simulator, and the strings by which a test pulls it.
 *
 * @since 0.1.0
 * @category models
 */
export interface SimulatorService {
  /** The base URL for a client, `/api/v0-1` included. */
  readonly url: string
  /** A page of the API in a browser. It needs no network. */
  readonly docsUrl: string
  readonly population: Population.Population
  readonly state: State.StateService
  readonly tokens: Tokens.TokensService
  readonly requests: Requests.RequestsService
  readonly faults: Faults.FaultsService
  readonly throttle: Throttle.ThrottleService
  /** The world as it was at first, nothing received, no faults, no throttle, no live tokens. */
  readonly reset: Effect.Effect<void>
}

/**
 * @since 0.1.0
 * @category services
 */
export class Simulator extends Context.Tag("@effect-glowmarkt/simulator/Simulator")<Simulator, SimulatorService>() {}

const remedies = {
  PortInUse: ": the port is in use. Choose another, or none for any free port",
  PortForbidden: ": this user may not open the port. Choose one above 1023",
  Other: ""
}

/**
 * The simulator could not listen, most often because the port is taken.
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
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** 100 unless said otherwise. */
  readonly accounts?: number
  /** A whole number; 1 unless said otherwise. */
  readonly seed?: number
  /** Any free port unless said otherwise. */
  readonly port?: number
  /** What dates are counted from: the start of the current UTC day unless said otherwise. */
  readonly epoch?: DateTime.Utc
  /** How long a user token lives: 7 days unless said otherwise. */
  readonly tokenLifetime?: Duration.DurationInput
  readonly faults?: Faults.Plan
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
 * A server that is gone at once when its scope closes: a client that keeps its
 * connections alive, or waits for an answer, must not hold up a test.
 */
const listen = (port: number): Layer.Layer<HttpServer.HttpServer, ListenError> =>
  Layer.scoped(
    HttpServer.HttpServer,
    Effect.gen(function* () {
      const node = createServer()
      const server = yield* NodeHttpServer.make(() => node, { port, host: "127.0.0.1" }).pipe(
        Effect.mapError((error) => listenError(port, error.cause)),
        // Node throws at once when the number cannot be a port.
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

const serving = (world: SimulatorService, received: recorder.Recorder) => {
  const { credentials } = world.population
  const services = Authorization.layer.pipe(
    Layer.provideMerge(Authorization.Inspector.layer(credentials)),
    Layer.provideMerge(
      Layer.mergeAll(
        Layer.succeed(State.State, world.state),
        Layer.succeed(Tokens.Tokens, world.tokens),
        Layer.succeed(Faults.Faults, world.faults),
        Layer.succeed(Throttle.Throttle, world.throttle)
      )
    )
  )
  const groups = Layer.mergeAll(
    admin.layer(credentials.applicationId),
    user.layer(credentials.applicationId),
    auth.layer(credentials.applicationId),
    developer.layer(credentials)
  )
  return HttpApiBuilder.serve().pipe(
    Layer.provide(docs),
    Layer.provide(HttpApiBuilder.middleware(edge.make(received))),
    Layer.provide(Layer.provide(HttpApiBuilder.api(SimulatedApi), groups)),
    Layer.provide(services),
    Layer.provide(NodeHttpServer.layerContext),
    // Exactly the contract's paths: `/account/` is an account without an id, not the list.
    Layer.provide(
      HttpRouter.setRouterConfig({ caseSensitive: true, ignoreDuplicateSlashes: false, ignoreTrailingSlash: false })
    ),
    // The spans of a simulator would mix with those of the program under test.
    HttpMiddleware.withTracerDisabledWhen(() => true)
  )
}

/**
 * A simulator for as long as the scope lasts.
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
      const received = recorder.make()
      const world = {
        population,
        state: State.make(population),
        tokens: Tokens.make({ seed, lifetime: Duration.decode(options.tokenLifetime ?? "7 days") }),
        requests: received,
        faults: Faults.make({ seed, plan: options.faults ?? [] }),
        throttle: Throttle.make(Option.fromNullable(options.throttle))
      }
      const simulator = Layer.effect(
        Simulator,
        Effect.map(HttpServer.HttpServer, (server) => {
          const port = server.address._tag === "TcpAddress" ? server.address.port : 0
          const url = `http://127.0.0.1:${port}${basePath}`
          return Simulator.of({
            ...world,
            url,
            docsUrl: `${url}/docs`,
            reset: Effect.all(
              [world.state.reset, world.tokens.reset, world.requests.reset, world.faults.clear, world.throttle.clear],
              { discard: true }
            )
          })
        })
      )
      // Fresh: the router of `HttpApiBuilder` is one per build, and two simulators side by side must not share it.
      const served = Layer.unwrapEffect(Effect.map(Simulator, (running) => Layer.fresh(serving(running, received))))
      return served.pipe(Layer.provideMerge(simulator), Layer.provide(listen(options.port ?? 0)))
    })
  )
