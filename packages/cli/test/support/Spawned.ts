/** Runs the built command as a process. */
import { type ChildProcess, spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

export const bin = fileURLToPath(new URL("../../bin/glowmarkt.js", import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly process: ChildProcess
  /** Resolves with the text so far once it matches; rejects if the process ends before. */
  readonly until: (stream: "stdout" | "stderr", pattern: RegExp) => Promise<string>
  readonly ended: Promise<Ended>
}

export const start = (
  args: ReadonlyArray<string>,
  options: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string; readonly program?: string } = {}
): Running => {
  const child = spawn(options.program ?? process.execPath, options.program === undefined ? [bin, ...args] : [...args], {
    cwd: options.cwd,
    env: { PATH: process.env["PATH"], HOME: options.cwd ?? "/nonexistent", ...options.env },
    stdio: ["ignore", "pipe", "pipe"]
  })
  const text = { stdout: "", stderr: "" }
  const watchers = new Set<() => void>()
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (chunk: string) => {
      text[name] += chunk
      for (const watch of watchers) watch()
    })
  }
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (code) => resolve({ code, ...text }))
  })
  return {
    process: child,
    ended,
    until: (stream, pattern) =>
      new Promise((resolve, reject) => {
        const watch = () => {
          if (!pattern.test(text[stream])) return
          watchers.delete(watch)
          resolve(text[stream])
        }
        watchers.add(watch)
        watch()
        void ended.then((end) => reject(new Error(`ended before ${pattern}: ${JSON.stringify(end)}`)))
      })
  }
}
