/** Starts simulators and workers as processes, from one bundled script each so that they start quickly. */
import { type ChildProcess, fork } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Announcement } from "@effect-glowmarkt/simulator"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { build } from "esbuild"
import { type ClusterWorkerTold, type Command, Counted, Said, type Settings, type Told } from "./protocol.js"

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
      // What is CommonJS inside asks for Node's own modules by `require`.
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
    const answered = (message: unknown) => {
      child.off("close", closed)
      resume(Effect.succeed(message))
    }
    const closed = (code: number | null) => {
      child.off("message", answered)
      resume(Effect.dieMessage(`a process ended early (${code})`))
    }
    child.once("message", answered)
    child.once("close", closed)
  })

/** A directory that goes with the scope. */
export const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "torture-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

export const simulator = (settings: Settings) =>
  Effect.gen(function* () {
    const child = yield* started(yield* bundled("simulator"), settings)
    const { appKeys, url } = Schema.decodeUnknownSync(Announcement.Announcement)(yield* next(child))
    const tell = (command: Command) => Effect.sync(() => child.send(command))
    return {
      address: { url, key: appKeys.key, secret: appKeys.secret },
      tell,
      /** Counts, of the latest requests those of the last so many milliseconds. */
      count: (lastMillis: number) =>
        Effect.zipRight(tell({ do: "count", lastMillis }), Effect.map(next(child), Schema.decodeUnknownSync(Counted)))
    }
  })

export type End = Extract<Said, { readonly said: "ends" | "fails" }> | { readonly said: "killed" }

/** Starts workers; what they say goes to `hear`. `options` are for Node. */
export const worker = Effect.map(
  bundled("worker"),
  (script) =>
    (told: Told, hear: (said: Said) => void = () => undefined, options: ReadonlyArray<string> = []) =>
      Effect.gen(function* () {
        const child = yield* started(script, told, options)
        let end: End = { said: "killed" }
        const words = new Set<Said["said"]>()
        // Listened for from the start: it may have ended when somebody asks.
        const closed = new Promise<void>((resolve) => child.once("close", () => resolve()))
        child.on("message", (message) => {
          const said = Schema.decodeUnknownSync(Said)(message)
          if (said.said === "ends" || said.said === "fails") end = said
          words.add(said.said)
          hear(said)
        })
        return {
          kill: Effect.sync(() => child.kill("SIGKILL")),
          hasSaid: (word: Said["said"]) => words.has(word),
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
  (script) => (told: ClusterWorkerTold) =>
    Effect.map(started(script, told), (child) => ({
      name: told.name,
      hasExited: () => child.exitCode !== null,
      signal: (signal: "SIGKILL" | "SIGSTOP" | "SIGTERM") => Effect.sync(() => child.kill(signal))
    }))
)

/** The test harness for kills as a process; each line it prints goes to `hear`. Gives its exit code. */
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
