/** pgbouncer in transaction mode, in front of the server. */
import { type ChildProcess, spawn } from "node:child_process"
import { chmodSync, existsSync, writeFileSync } from "node:fs"
import { connect } from "node:net"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import { freePort, type Server } from "../../postgres.js"
import { directory } from "../processes.js"

const program = "/usr/sbin/pgbouncer"

const accepts = (port: number) =>
  Effect.async<void, Error>((resume) => {
    const socket = connect(port, "127.0.0.1")
    socket.once("connect", () => {
      socket.destroy()
      resume(Effect.void)
    })
    socket.once("error", (error) => resume(Effect.fail(error)))
  })

/** The URL of a database through the pooler, if it is installed. */
export const pooled = (server: Server, database: string): Effect.Effect<Option.Option<string>, never, Scope.Scope> =>
  Effect.gen(function* () {
    if (!existsSync(program)) return Option.none()
    const path = yield* directory
    const port = yield* Effect.promise(freePort)
    const { password, port: serverPort, username } = new URL(server.url)
    const settings = [
      "[databases]",
      `* = host=127.0.0.1 port=${serverPort}`,
      "[pgbouncer]",
      "listen_addr = 127.0.0.1",
      `listen_port = ${port}`,
      "unix_socket_dir =",
      "auth_type = plain",
      `auth_file = ${join(path, "users")}`,
      "pool_mode = transaction",
      "default_pool_size = 20",
      "max_client_conn = 500"
    ]
    writeFileSync(join(path, "users"), `"${username}" "${password}"\n`)
    writeFileSync(join(path, "pgbouncer.ini"), `${settings.join("\n")}\n`)
    chmodSync(path, 0o755)
    // Like PostgreSQL, it refuses to run as root.
    const asRoot = process.getuid?.() === 0
    yield* Effect.acquireRelease(
      Effect.sync(
        (): ChildProcess =>
          spawn(program, [...(asRoot ? ["-u", "postgres"] : []), "-q", join(path, "pgbouncer.ini")], {
            stdio: ["ignore", "ignore", "inherit"]
          })
      ),
      (child) => Effect.sync(() => child.kill("SIGINT"))
    )
    yield* Effect.retry(accepts(port), Schedule.spaced("100 millis").pipe(Schedule.intersect(Schedule.recurs(100))))
    return Option.some(database.replace(`:${serverPort}/`, `:${port}/`))
  }).pipe(Effect.orDie)
