/**
 * A TCP proxy that can stop: then it refuses connections and closes the open ones. It can also lose
 * what is sent over the open ones.
 */
import { type AddressInfo, connect, createServer, type Socket } from "node:net"
import * as Effect from "effect/Effect"

export interface TcpProxy {
  /** The target's URL through the proxy. */
  readonly url: string
  readonly connections: () => number
  readonly stop: Effect.Effect<void>
  readonly start: Effect.Effect<void>
  /** The open connections stay open but carry nothing. New ones work. */
  readonly hang: Effect.Effect<void>
}

export const make = (target: string): Effect.Effect<TcpProxy> =>
  Effect.async<TcpProxy>((resume) => {
    const { hostname, port } = new URL(target)
    const sockets = new Set<Socket>()
    let connections = 0
    const server = createServer((client) => {
      connections++
      const upstream = connect(Number(port), hostname)
      for (const socket of [client, upstream]) {
        sockets.add(socket)
        socket.setNoDelay(true)
        socket.on("error", () => {
          client.destroy()
          upstream.destroy()
        })
        socket.on("close", () => sockets.delete(socket))
      }
      client.pipe(upstream)
      upstream.pipe(client)
    })
    server.listen(0, "127.0.0.1", () => {
      // Safe: a server that listens on a TCP port has an `AddressInfo`.
      const { port } = server.address() as AddressInfo
      const url = new URL(target)
      url.port = String(port)
      resume(
        Effect.succeed({
          url: url.toString().replace(/\/$/, ""),
          connections: () => connections,
          stop: Effect.async<void>((done) => {
            server.close(() => done(Effect.void))
            for (const socket of sockets) socket.destroy()
          }),
          start: Effect.async<void>((done) => {
            if (server.listening) return done(Effect.void)
            server.listen(port, "127.0.0.1", () => done(Effect.void))
          }),
          hang: Effect.sync(() => {
            for (const socket of sockets) socket.unpipe().pause()
          })
        })
      )
    })
  })
