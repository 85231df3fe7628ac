/** Runs every example against the simulator, each as a process configured by the environment. */
import { spawn } from "node:child_process"
import { mkdtempSync, readdirSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { Announcement, Simulator } from "@effect-glowmarkt/simulator"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"

const folder = resolve(import.meta.dirname, "../../examples")
const tsx = createRequire(import.meta.url).resolve("tsx")

/** Output that an example must contain, for features whose absence is not an error. */
const requiredOutput: Readonly<Record<string, ReadonlyArray<RegExp>>> = {
  "inside-an-app.ts": [
    /^span GET \/account: \d+ ms, status 200$/m,
    /^span Glowmarkt\.getAccounts: /m,
    /^span tenancy\.check: /m,
    /^metric glowmarkt_requests_total: 1 series$/m,
    /^metric glowmarkt_call_duration_ms: 1 series$/m
  ]
}

const run = (file: string, environment: NodeJS.ProcessEnv, directory: string) =>
  Effect.async<{ readonly code: number; readonly missing: ReadonlyArray<RegExp> }>((resume) => {
    const child = spawn(process.execPath, ["--import", tsx, join(folder, file)], {
      cwd: directory,
      env: { PATH: process.env["PATH"], ...environment },
      stdio: ["inherit", "pipe", "inherit"]
    })
    let output = ""
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString()
      process.stdout.write(chunk)
    })
    child.on("close", (code) => {
      const missing = (requiredOutput[file] ?? []).filter((pattern) => !pattern.test(output))
      resume(Effect.succeed({ code: code ?? 1, missing }))
    })
  })

const main = Effect.gen(function* () {
  const { appKeys, applicationId, url, users } = yield* Announcement.make
  const [user] = users
  const environment = {
    GLOWMARKT_BASE_URL: url,
    GLOWMARKT_APPLICATION_ID: applicationId,
    GLOWMARKT_USERNAME: user?.username,
    GLOWMARKT_PASSWORD: user?.password,
    GLOWMARKT_APP_KEY: appKeys.key,
    GLOWMARKT_APP_SECRET: appKeys.secret,
    TENANCY_METERS_URL: url,
    TENANCY_METERS_KEY: appKeys.key,
    TENANCY_METERS_SECRET: appKeys.secret,
    SCHOOLS_KEY: appKeys.key,
    SCHOOLS_SECRET: appKeys.secret,
    HOMES_KEY: appKeys.key,
    HOMES_SECRET: appKeys.secret
  }
  const directory = mkdtempSync(join(tmpdir(), "glowmarkt-examples-"))
  const files = readdirSync(folder).filter((file) => file.endsWith(".ts"))
  let failed = 0
  for (const file of files) {
    yield* Console.log(`--- examples/${file}`)
    const { code, missing } = yield* run(file, environment, directory)
    if (code !== 0 || missing.length > 0) failed++
    for (const pattern of missing) yield* Console.log(`--- output does not match ${pattern}`)
    yield* Console.log(`--- exit ${code}`)
  }
  yield* Console.log(`examples: ${files.length - failed} passed, ${failed} failed`)
  if (failed > 0) process.exitCode = 1
}).pipe(Effect.provide(Simulator.layer({ accounts: 300, seed: 7 })))

Effect.runPromise(main).catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
