/**
 * Installs the packed packages in empty projects by the READMEs' own install lines, type-checks
 * the READMEs' programs there and runs them against the simulator.
 *
 *   npm run installs with npm and pnpm, on this Node npm run installs -- --table with each package
 *   manager and runtime, as a table for docs/installation.md; Linux on x64 only. Row names after it
 *   limit the rows.
 */
import { execFile, execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Announcement, Simulator } from "@effect-glowmarkt/simulator"
import { Effect } from "effect"
import { type Project, projects } from "./installs/projects.js"
import * as Registry from "./installs/registry.js"
import * as Setups from "./installs/setups.js"
import * as Tools from "./installs/tools.js"
import { pack, root } from "./tarballs.js"

interface Result {
  readonly ok: boolean
  readonly output: string
}

const execute = (command: ReadonlyArray<string>, cwd: string, env: NodeJS.ProcessEnv) =>
  new Promise<Result>((done) => {
    const [file = "", ...args] = command
    execFile(file, args, { cwd, env, timeout: 900_000 }, (error, stdout, stderr) =>
      done({ ok: error === null, output: stdout + stderr || String(error) })
    )
  })

// Removes npm's own variables and keeps the mirror of prebuilt binaries.
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^npm_(?!config_\w+_binary_host$)/i.test(name))
)

const types = join(root, "node_modules/@types")
const tsc = [
  process.execPath,
  join(root, "node_modules/typescript/bin/tsc"),
  ..."--strict --exactOptionalPropertyTypes --skipLibCheck --module nodenext --target es2022 --types node".split(" "),
  ...["--typeRoots", types, "program.mts"]
]

/** Installs, type-checks and runs a project in an empty folder. */
const attempt = async (setup: Setups.Setup, project: Project, directory: string, env: NodeJS.ProcessEnv) => {
  const install = await execute(setup.install(project.install), directory, env)
  // pnpm's default settings end an install with this error if a package has a build script. The
  // packages are installed anyway.
  if (!install.ok && !install.output.includes("ERR_PNPM_IGNORED_BUILDS")) return install
  if (project.program === "") return execute([...setup.glowmarkt, "audit", "--out", "audit"], directory, env)
  writeFileSync(join(directory, "program.mts"), project.program)
  const compiled = await execute(tsc, directory, env)
  // The compiler cannot read the archives of yarn and Deno. It still compiles the program.
  if (!compiled.ok && setup.compilable !== false) return compiled
  return execute(setup.run("program.mjs"), directory, env)
}

const asTable = process.argv.includes("--table")
const rowNames = process.argv.slice(3)
const isWanted = ({ name }: Setups.Setup) => rowNames.length === 0 || rowNames.includes(name)
const setups = asTable ? Setups.all.filter(isWanted) : [Setups.npm, Setups.pnpm]
const chosen = projects.filter(({ native }) => asTable || native !== true)
const folder = mkdtempSync(join(tmpdir(), "glowmarkt-installs-"))
const registryUrl = execFileSync("npm", ["config", "get", "registry"], { cwd: root, encoding: "utf8" }).trim()
let surprises = 0

const check = async (setup: Setups.Setup, project: Project, registry: string, simulator: NodeJS.ProcessEnv) => {
  if (setup.only?.includes(project.name) === false) return ""
  const directory = join(folder, `${setup.name} ${project.name}`.replaceAll(/[^a-zA-Z0-9]+/g, "-"))
  mkdirSync(directory)
  for (const [file, content] of Object.entries(setup.files(registry))) writeFileSync(join(directory, file), content)
  const started = performance.now()
  const { ok, output } = await attempt(setup, project, directory, {
    ...environment,
    ...simulator,
    XDG_STATE_HOME: directory,
    NPM_CONFIG_REGISTRY: registryUrl,
    YARN_NPM_REGISTRY_SERVER: registryUrl,
    ...setup.env?.(registry)
  })
  const seconds = ((performance.now() - started) / 1000).toFixed(0)
  const runs = project.failure === undefined ? ok : !ok && project.failure.test(output)
  const exception = setup.exceptions?.[project.name]
  const known = exception?.output.test(output) === true
  console.error(
    `${setup.name}, ${project.name}: ${runs ? "as expected" : known ? exception.why : "fails"} (${seconds} s)`
  )
  if (runs ? exception !== undefined : !known) {
    surprises++
    console.error(output)
  }
  return runs ? "yes" : known ? exception.why : "**no**"
}

const main = Effect.gen(function* () {
  const { appKeys, url } = yield* Announcement.make
  const simulator = { GLOWMARKT_BASE_URL: url, GLOWMARKT_APP_KEY: appKeys.key, GLOWMARKT_APP_SECRET: appKeys.secret }
  yield* Effect.promise(async () => {
    await using registry = await Registry.serve(pack(folder))
    const row = async (setup: Setups.Setup) => {
      const cells: Array<string> = []
      for (const project of chosen) cells.push(await check(setup, project, registry.url, simulator))
      return [setup.name, ...cells]
    }
    const rows = await Effect.runPromise(
      Effect.forEach(setups, (setup) => Effect.promise(() => row(setup)), { concurrency: 2 })
    )
    console.log([["", ...chosen.map(({ name }) => name)], ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n"))
  })
}).pipe(Effect.provide(Simulator.layer({ accounts: 300 })))

Tools.install(setups.flatMap(({ tools }) => tools))
await Effect.runPromise(main)
rmSync(folder, { recursive: true })
if (surprises > 0) process.exitCode = 1
