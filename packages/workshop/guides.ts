/**
 * Runs the guides in `docs/guides` against a simulated server, each in its own directory.
 *
 * A `ts` block that begins with a file name in a comment is written to that file. Each `sh` block runs
 * in Bash with the credentials in its environment, and must succeed. A `text` block right after it is
 * its expected output.
 */
import { spawn } from "node:child_process"
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { delimiter, dirname, join, resolve } from "node:path"
import { Announcement, Simulator } from "@effect-glowmarkt/simulator"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { blocksOf, fileNameOf } from "./markdown.js"

const root = resolve(import.meta.dirname, "../..")
const guides = join(root, "docs/guides")
// Inside the repository, so that imports of its packages resolve.
const scratch = join(root, ".guides")

const bash = (script: string, cwd: string, environment: NodeJS.ProcessEnv) =>
  Effect.async<{ readonly code: number; readonly stdout: string; readonly stderr: string }>((resume) => {
    // Bash would read the user's start-up files if its input were a socket.
    const stdio: Array<"ignore" | "pipe"> = ["ignore", "pipe", "pipe"]
    const child = spawn("bash", ["-eu", "-c", script], { cwd, env: environment, stdio })
    const output = { stdout: "", stderr: "" }
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream]?.on("data", (chunk: Buffer) => {
        output[stream] += chunk.toString()
      })
    }
    child.on("close", (code) => resume(Effect.succeed({ code: code ?? 1, ...output })))
  })

/** Runs one guide and returns its failures. */
const run = (file: string) =>
  Effect.gen(function* () {
    const { appKeys, applicationId, url, users } = yield* Announcement.make
    const directory = join(scratch, file.replace(/\.md$/, ""))
    const environment = {
      PATH: [join(root, "node_modules/.bin"), dirname(process.execPath), process.env["PATH"]].join(delimiter),
      HOME: directory,
      GLOWMARKT_BASE_URL: url,
      GLOWMARKT_APPLICATION_ID: applicationId,
      GLOWMARKT_APP_KEY: appKeys.key,
      GLOWMARKT_APP_SECRET: appKeys.secret,
      GLOWMARKT_USERNAME: users[0]?.username,
      GLOWMARKT_PASSWORD: users[0]?.password
    }
    mkdirSync(directory, { recursive: true })
    const blocks = blocksOf(readFileSync(join(guides, file), "utf8"))
    for (const { language, text } of blocks) {
      const name = fileNameOf(text)
      if (language === "ts" && name !== undefined) writeFileSync(join(directory, name), text)
    }
    const failures: Array<string> = []
    for (const [index, { language, line, text }] of blocks.entries()) {
      if (language !== "sh") continue
      const { code, stderr, stdout } = yield* bash(text, directory, environment)
      const next = blocks[index + 1]
      if (code !== 0) failures.push(`${file}:${line} exits with ${code}\n${stdout}${stderr}`)
      else if (next?.language === "text" && next.text !== stdout) {
        failures.push(`${file}:${next.line} differs from the output:\n${stdout}`)
      }
    }
    return failures
  }).pipe(
    Effect.provide(Simulator.layer({ accounts: 200, seed: 14, epoch: DateTime.unsafeMake("2026-03-14T00:00:00Z") }))
  )

rmSync(scratch, { recursive: true, force: true })
for (const file of readdirSync(guides).filter(
  (name) => process.argv[2] === undefined || name.startsWith(process.argv[2])
)) {
  const failures = await Effect.runPromise(run(file))
  for (const failure of failures) console.error(failure)
  if (failures.length > 0) process.exitCode = 1
  else console.log(`guides: ${file} runs`)
}
if (process.exitCode !== 1) rmSync(scratch, { recursive: true, force: true })
