import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http"
import { createServer, type Server, type Socket } from "node:net"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { FetchTransport } from "@effect-glowmarkt/core"
import { NodeTransport } from "@effect-glowmarkt/core/node"
import * as Effect from "effect/Effect"

/** Every client that sends requests over sockets. */
export const transports = {
  fetch: FetchHttpClient.layer,
  "node:http": NodeHttpClient.layer,
  undici: NodeHttpClient.layerUndici,
  NodeTransport: NodeTransport.layer(),
  FetchTransport: FetchTransport.layer
}

export type Transport = keyof typeof transports

export const names: ReadonlyArray<Transport> = ["fetch", "node:http", "undici", "NodeTransport", "FetchTransport"]

/** Starts a server and returns its port. */
export const ported = <S extends Server>(
  start: (ready: () => void) => S,
  close: (server: S, done: () => void) => void
) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.async<S>((resume) => {
        const server = start(() => resume(Effect.succeed(server)))
      }),
      (server) => Effect.async<void>((resume) => close(server, () => resume(Effect.void)))
    ),
    (server) => {
      const address = server.address()
      return typeof address === "object" && address !== null ? address.port : 0
    }
  )

/** Starts a server that only accepts sockets, and returns its port. */
export const listening = (onSocket: (socket: Socket) => void) =>
  ported<Server>(
    (ready) => createServer(onSocket).listen(0, "127.0.0.1", ready),
    (server, done) => void server.close(done)
  )

/** Starts a server whose handler gets each request with its whole body, and returns its port. */
export const serving = (onRequest: (request: IncomingMessage, body: string, response: ServerResponse) => void) =>
  ported(
    (ready) =>
      createHttpServer((request, response) => {
        const chunks: Array<Buffer> = []
        request.on("data", (chunk: Buffer) => chunks.push(chunk))
        request.on("end", () => onRequest(request, Buffer.concat(chunks).toString(), response))
        request.on("error", () => {})
      }).listen(0, "127.0.0.1", ready),
    (server, done) => {
      server.close(done)
      server.closeAllConnections()
    }
  )
