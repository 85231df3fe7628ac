/** Runs each measurement in its own process (a script of `processes/`), so they share neither compiled code nor garbage. */
import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import * as Schema from "effect/Schema"
import { build } from "esbuild"

const scripts = new Map<string, Promise<string>>()

/** Compiles a script ahead of time: a TypeScript loader would need memory of its own. Packages are imported as published. */
const compiled = async (script: string): Promise<string> => {
  const outfile = join(import.meta.dirname, `node_modules/.cache/${script}.mjs`)
  await build({
    entryPoints: [join(import.meta.dirname, `processes/${script}.ts`)],
    outfile,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    logLevel: "error"
  })
  return outfile
}

const start = async (
  script: string,
  args: ReadonlyArray<string>,
  nodeOptions: ReadonlyArray<string> = []
): Promise<ChildProcess> => {
  const known = scripts.get(script) ?? compiled(script)
  scripts.set(script, known)
  return fork(await known, args, { execArgv: [...nodeOptions] })
}

const next = async (child: ChildProcess): Promise<unknown> => {
  // Removes the listeners after each message.
  const over = new AbortController()
  const ended = once(child, "exit", over).then(([code]) => {
    throw new Error(`a process ended unexpectedly (exit code ${code})`)
  })
  // The promise that loses the race must not be reported as unhandled.
  ended.catch(() => undefined)
  const said = once(child, "message", over)
  said.catch(() => undefined)
  try {
    const [message]: Array<unknown> = await Promise.race([said, ended])
    return message
  } finally {
    over.abort()
  }
}

export interface Server {
  readonly url: string
  readonly close: () => void
}

/** Starts a server with the given number of accounts. */
export const server = async (accounts: number): Promise<Server> => {
  const child = await start("serverProcess", [String(accounts)])
  const port = Schema.decodeUnknownSync(Schema.Int)(await next(child))
  return { url: `http://127.0.0.1:${port}/api/v0-1`, close: () => child.kill() }
}

const Took = Schema.Struct({ millis: Schema.Number, cpuMicros: Schema.Number })

export interface Took extends Schema.Schema.Type<typeof Took> {}

export interface Client {
  readonly name: string
  readonly calls: (count: number) => Promise<Took>
  readonly close: () => void
}

/** Starts a client process. */
export const client = async (name: string, url: string, generated = ""): Promise<Client> => {
  const child = await start("peerProcess", [name, url, generated])
  await next(child)
  return {
    name,
    calls: async (count) => {
      child.send(count)
      return Schema.decodeUnknownSync(Took)(await next(child))
    },
    close: () => child.kill()
  }
}

const Ran = Schema.Struct({
  count: Schema.Int,
  millis: Schema.Number,
  cpuMillis: Schema.Number,
  peakMiB: Schema.Number
})

export interface Ran extends Schema.Schema.Type<typeof Ran> {}

/** Runs a script to its end. `nodeOptions` are options of Node, as in `NODE_OPTIONS`. */
export const ran = async (
  script: "listProcess" | "auditProcess" | "rateProcess",
  args: ReadonlyArray<string>,
  nodeOptions: ReadonlyArray<string> = []
): Promise<Ran> => Schema.decodeUnknownSync(Ran)(await next(await start(script, args, nodeOptions)))
