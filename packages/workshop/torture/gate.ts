/** A door in front of a server that can be shut: then connections are refused, and those that were open break. */
import { type AddressInfo, connect, createServer, type Socket } from "node:net"
import * as Effect from "effect/Effect"

export interface Gate {
  /** The same URL, by way of the gate. */
  readonly url: string
  readonly connections: () => number
  readonly shut: Effect.Effect<void>
  readonly open: Effect.Effect<void>
}

export const make = (target: string): Effect.Effect<Gate> =>
  Effect.async<Gate>((resume) => {
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
      // It listens on an address.
      const { port } = server.address() as AddressInfo
      const url = new URL(target)
      url.port = String(port)
      resume(
        Effect.succeed({
          url: url.toString().replace(/\/$/, ""),
          connections: () => connections,
          shut: Effect.async<void>((done) => {
            server.close(() => done(Effect.void))
            for (const socket of sockets) socket.destroy()
          }),
          open: Effect.async<void>((done) => {
            // It may not have been shut.
            if (server.listening) return done(Effect.void)
            server.listen(port, "127.0.0.1", () => done(Effect.void))
          })
        })
      )
    })
  })
