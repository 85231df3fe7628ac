/**
 * A server in which every request acts as the user whose token it carries. All requests share one client
 * with its connections, limits and retry budget; credentials belong to a request.
 *
 *   GLOWMARKT_APPLICATION_ID=… GLOWMARKT_USERNAME=… GLOWMARKT_PASSWORD=… npx tsx examples/request-handler.ts
 */

import { createServer } from "node:http"
import { HttpClient, HttpRouter, HttpServer, HttpServerRequest, HttpServerResponse } from "@effect/platform"
import { NodeHttpServer, NodeRuntime } from "@effect/platform-node"
import {
  Auth,
  GlowmarktClient,
  Identifier,
  UserAccounts,
  UserCredentials,
  UserSession,
  UserToken
} from "@effect-glowmarkt/core"
import { NodeTransport } from "@effect-glowmarkt/core/node"
import { Console, Effect, Layer, Redacted, Schema } from "effect"

// --- the server -------------------------------------------------------------

const Headers = Schema.Struct({
  "x-meter-token": Schema.Redacted(Schema.NonEmptyString),
  "x-application": Identifier.ApplicationId
})

const asCaller = Effect.gen(function* () {
  const headers = yield* HttpServerRequest.schemaHeaders(Headers)
  return yield* Effect.provideService(
    UserAccounts.make,
    UserCredentials.UserCredentials,
    UserToken.make({ token: headers["x-meter-token"], applicationId: headers["x-application"] })
  )
})

const router = HttpRouter.empty.pipe(
  HttpRouter.get(
    "/me",
    asCaller.pipe(
      Effect.flatMap((me) => me.status),
      Effect.map(({ status }) => HttpServerResponse.text(`your account is ${status}`)),
      Effect.catchTags({
        ParseError: () => HttpServerResponse.text("missing headers", { status: 400 }),
        AccessDenied: () => HttpServerResponse.text("sign in again", { status: 401 })
      }),
      // Transient errors are worth a retry by the caller.
      Effect.catchAll(({ isTransient }) =>
        HttpServerResponse.text("Glowmarkt request failed", { status: isTransient ? 503 : 500 })
      )
    )
  )
)

const Server = HttpServer.serve(router).pipe(
  Layer.provideMerge(NodeHttpServer.layer(() => createServer(), { host: "127.0.0.1", port: 0 }))
)

const Client = GlowmarktClient.layerConfig().pipe(Layer.provideMerge(NodeTransport.layer()))

// --- two requests, as from a browser -----------------------------

const request = (headers: Record<string, string>) =>
  Effect.gen(function* () {
    const server = yield* HttpServer.HttpServer
    const { status, text } = yield* HttpClient.get(`${HttpServer.formatAddress(server.address)}/me`, { headers })
    yield* Console.log(`${status} ${yield* text}`)
  })

const program = Effect.gen(function* () {
  const login = yield* UserSession.config
  const { token } = yield* Effect.flatMap(Auth.make, (auth) => auth.signIn(login))
  yield* request({ "x-meter-token": Redacted.value(token), "x-application": login.applicationId })
  yield* request({ "x-meter-token": "unknown-token", "x-application": login.applicationId })
})

program.pipe(Effect.provide(Server), Effect.provide(Client), NodeRuntime.runMain)
