/**
 * Starts a PostgreSQL server for the tests from the system's package, in a separate directory and
 * on loopback.
 */
import { execFileSync } from "node:child_process"
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"

const root = "/usr/lib/postgresql"

export interface Server {
  /** Without a database. */
  readonly url: string
  readonly stop: (mode: "fast" | "immediate") => void
  readonly start: () => void
  readonly remove: () => void
}

/** The directory of the newest installed version's programs. */
const findBinaries = () => {
  const versions = existsSync(root)
    ? readdirSync(root).filter((name) => existsSync(join(root, name, "bin/initdb")))
    : []
  const newest = versions.sort((one, other) => Number(one) - Number(other)).at(-1)
  return newest === undefined ? undefined : join(root, newest, "bin")
}

export const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const server = createServer()
    server.once("error", reject)
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0))
    })
  })

/** PostgreSQL refuses to run as root; Debian's package creates the user `postgres`. */
const asOwnUser = (command: string, args: ReadonlyArray<string>) =>
  process.getuid?.() === 0
    ? execFileSync("runuser", ["-u", "postgres", "--", command, ...args], { stdio: "ignore", cwd: "/" })
    : execFileSync(command, args, { stdio: "ignore" })

const userId = (flag: "-u" | "-g") => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }))

/** The whole database that a URL names, as PostgreSQL's own tool prints it. */
export const dump = (url: string): string =>
  execFileSync(join(findBinaries() ?? "", "pg_dump"), ["--inserts", url], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024
  })

/** `undefined` if PostgreSQL is not installed. */
export const startServer = async (): Promise<Server | undefined> => {
  const bin = findBinaries()
  if (bin === undefined) return undefined
  const directory = mkdtempSync(join(tmpdir(), "glowmarkt-postgres-"))
  const data = join(directory, "data")
  const passwordFile = join(directory, "password")
  writeFileSync(passwordFile, "simulated\n")
  if (process.getuid?.() === 0)
    for (const path of [directory, passwordFile]) chownSync(path, userId("-u"), userId("-g"))
  asOwnUser(join(bin, "initdb"), [
    ...["-D", data, "-U", "glowmarkt", "-A", "scram-sha-256", "--pwfile", passwordFile],
    ...["-E", "UTF8", "--locale", "C", "--no-sync"]
  ])
  const port = await freePort()
  const options = [
    `-p ${port}`,
    "-c listen_addresses=127.0.0.1",
    `-c unix_socket_directories=${directory}`,
    "-c fsync=off",
    "-c max_connections=200"
  ].join(" ")
  const start = () =>
    asOwnUser(join(bin, "pg_ctl"), ["-D", data, "-l", join(directory, "log"), "-w", "-o", options, "start"])
  start()
  return {
    url: `postgres://glowmarkt:simulated@127.0.0.1:${port}`,
    start,
    stop: (mode) => asOwnUser(join(bin, "pg_ctl"), ["-D", data, "-m", mode, "-w", "stop"]),
    remove: () => {
      try {
        asOwnUser(join(bin, "pg_ctl"), ["-D", data, "-m", "immediate", "-w", "stop"])
      } finally {
        rmSync(directory, { recursive: true, force: true })
      }
    }
  }
}
