/**
 * The socket of a connection to PostgreSQL. If the network loses packets and nothing closes the
 * connection, a statement would wait for its result for ever, and with it the heartbeat and the
 * engine. So the socket closes when it has carried nothing for too long, and the statement fails as
 * on any lost connection. After the driver's own `query_timeout`, the useless connection would return
 * to the pool.
 */
import { Socket } from "node:net"
import * as Duration from "effect/Duration"

/** Returns a function that makes a socket for the driver to connect. */
export const make = (timeout: Duration.DurationInput) => (): Socket => {
  const socket = new Socket()
  return socket.setTimeout(Duration.toMillis(timeout), () =>
    socket.destroy(Object.assign(new Error("the connection timed out"), { code: "ETIMEDOUT" }))
  )
}
