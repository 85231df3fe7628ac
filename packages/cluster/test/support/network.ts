/** A network to the test server that can lose packets without closing connections. */
import { once } from "node:events"
import { type AddressInfo, connect, createServer, type Socket } from "node:net"
import { Effect, Redacted } from "effect"
import { DatabaseUrl } from "../../src/index.js"

export const network = (database: DatabaseUrl.DatabaseUrl) =>
  Effect.gen(function* () {
    const url = new URL(Redacted.value(database.url))
    const databasePort = Number(url.port)
    const sockets: Array<Socket> = []
    const server = createServer((client) => {
      const upstream = connect(databasePort, url.hostname)
      client.pipe(upstream).pipe(client)
      for (const socket of [client, upstream]) sockets.push(socket.on("error", () => socket.destroy()))
    })
    yield* Effect.acquireRelease(
      Effect.promise(() => once(server.listen(0, url.hostname), "listening")),
      () =>
        Effect.sync(() => {
          server.close()
          for (const socket of sockets) socket.destroy()
        })
    )
    // A server that listens on a port has an `AddressInfo`; only one on a path has a string.
    url.port = String((server.address() as AddressInfo).port)
    return {
      /** The database as seen through this network. */
      url: yield* Effect.orDie(DatabaseUrl.parse(Redacted.make(url.href))),
      /** From now on, the present connections carry nothing. New ones work. */
      cut: Effect.sync(() => {
        for (const socket of sockets) socket.unpipe().pause()
      })
    }
  })
