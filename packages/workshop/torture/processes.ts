/** Starts simulators and workers as processes, each from one bundled script for a quick start. */
import { type ChildProcess, fork } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Announcement } from "@effect-glowmarkt/simulator"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { build } from "esbuild"
import {
  type ClusterWorkerOptions,
  type Command,
  Counted,
  Requests,
  type Settings,
  WorkerMessage,
  type WorkerOptions
} from "./protocol.js"

const bundled = (name: "simulator" | "worker" | "clusterWorker") =>
  Effect.promise(async () => {
    const outfile = join(import.meta.dirname, `../../../node_modules/.cache/torture/${name}.mjs`)
    await build({
      entryPoints: [join(import.meta.dirname, `${name}.ts`)],
      outfile,
      bundle: true,
      platform: "node",
      format: "esm",
      conditions: ["source"],
      external: ["better-sqlite3", "pg-native"],
      // Bundled CommonJS modules load Node's own modules with `require`.
      banner: {
        js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);'
      },
      logLevel: "error"
    })
    return outfile
  })

const started = (script: string, argument: unknown, options: ReadonlyArray<string> = []) =>
  Effect.acquireRelease(
    Effect.sync(() =>
      fork(script, [JSON.stringify(argument)], { execArgv: ["--expose-gc", ...options], stdio: "inherit" })
    ),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )

const next = (child: ChildProcess) =>
  Effect.async<unknown>((resume) => {
    const onMessage = (message: unknown) => {
      child.off("close", onClose)
      resume(Effect.succeed(message))
    }
    const onClose = (code: number | null) => {
      child.off("message", onMessage)
      resume(Effect.dieMessage(`a process ended unexpectedly (exit code ${code})`))
    }
    child.once("message", onMessage)
    child.once("close", onClose)
  })

/** A temporary directory that is removed with the scope. */
export const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "torture-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

export const simulator = (settings: Settings) =>
  Effect.gen(function* () {
    const child = yield* started(yield* bundled("simulator"), settings)
    const { appKeys, url } = Schema.decodeUnknownSync(Announcement.Announcement)(yield* next(child))
    const send = (command: Command) => Effect.sync(() => child.send(command))
    return {
      address: { url, key: appKeys.key, secret: appKeys.secret },
      send,
      /** Counts requests; `lately` covers the last `lastMillis` milliseconds. */
      count: (lastMillis: number) =>
        Effect.zipRight(send({ do: "count", lastMillis }), Effect.map(next(child), Schema.decodeUnknownSync(Counted))),
      /** The requests after one of this number; only the latest are kept. */
      requests: (after: number) =>
        Effect.zipRight(send({ do: "requests", after }), Effect.map(next(child), Schema.decodeUnknownSync(Requests)))
    }
  })

export type End = Extract<WorkerMessage, { readonly event: "finished" | "failed" }> | { readonly event: "killed" }

/** Starts workers. `hear` receives their messages; `options` are options of Node. */
export const worker = Effect.map(
  bundled("worker"),
  (script) =>
    (
      workerOptions: WorkerOptions,
      hear: (message: WorkerMessage) => void = () => undefined,
      options: ReadonlyArray<string> = []
    ) =>
      Effect.gen(function* () {
        const child = yield* started(script, workerOptions, options)
        let end: End = { event: "killed" }
        const sent = new Set<WorkerMessage["event"]>()
        // Registered at the start, because the process may have ended before `ended` is run.
        const closed = new Promise<void>((resolve) => child.once("close", () => resolve()))
        child.on("message", (message) => {
          const received = Schema.decodeUnknownSync(WorkerMessage)(message)
          if (received.event === "finished" || received.event === "failed") end = received
          sent.add(received.event)
          hear(received)
        })
        return {
          kill: Effect.sync(() => child.kill("SIGKILL")),
          hasSent: (event: WorkerMessage["event"]) => sent.has(event),
          ended: Effect.map(
            Effect.promise(() => closed),
            () => end
          )
        }
      })
)

/** Starts workers of a cluster. */
export const clusterWorker = Effect.map(
  bundled("clusterWorker"),
  (script) => (options: ClusterWorkerOptions) =>
    Effect.map(started(script, options), (child) => ({
      name: options.name,
      hasExited: () => child.exitCode !== null,
      signal: (signal: "SIGKILL" | "SIGSTOP" | "SIGCONT" | "SIGTERM") => Effect.sync(() => child.kill(signal))
    }))
)

/** Runs the test harness for kills as a process. `hear` receives each line it prints. Returns its exit code. */
export const killer = (args: ReadonlyArray<string>, hear: (line: string) => void) =>
  Effect.async<number>((resume) => {
    const script = join(import.meta.dirname, "../../runner/test/fixtures/killEachMain.ts")
    const child = fork(script, args, {
      execArgv: ["--conditions", "source", "--import", "tsx"],
      stdio: ["ignore", "pipe", "inherit", "ipc"]
    })
    let rest = ""
    child.stdout?.on("data", (data) => {
      const lines = `${rest}${data}`.split("\n")
      rest = lines.pop() ?? ""
      for (const line of lines) hear(line)
    })
    child.once("close", (code) => resume(Effect.succeed(code ?? 1)))
  })
