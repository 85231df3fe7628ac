import { copyFileSync, mkdirSync, mkdtempSync, readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Lazy from "../src/args/Lazy.js"
import * as ExitCode from "../src/exit/ExitCode.js"
import * as Spawned from "./support/Spawned.js"

it.skipIf(process.platform === "win32")(
  "too few file descriptors: exit code 2, and the message names the remedy",
  async () => {
    const limited = ["-c", 'ulimit -n 24; exec "$0" "$@"', process.execPath, Spawned.bin, "accounts", "list"]
    const { code, stderr } = await Spawned.start(limited, { program: "sh" }).ended
    assert.strictEqual(code, 2, stderr)
    assert.match(stderr, /^glowmarkt cannot load its own files: .*\nRaise the limit of open files \(ulimit -n 1024\)/)
    assert.notMatch(stderr, /^ +at /m)
  }
)

it.effect("a command whose modules cannot be loaded: exit code 2 and the remedy", () =>
  Effect.gen(function* () {
    const load = () => Promise.reject(new Error("EMFILE: too many open files, open 'x.js'"))
    const error = yield* Effect.flip(Lazy.handler(load, () => () => Effect.void)({}))
    assert.strictEqual(ExitCode.fromError(error), 2)
    assert.match(error.message, /EMFILE.*\nRaise the limit of open files/)
  })
)

it.effect("the command says that it is not built yet", () =>
  Effect.gen(function* () {
    const cwd = mkdtempSync(join(tmpdir(), "glowmarkt-cli-"))
    mkdirSync(join(cwd, "bin"))
    copyFileSync(Spawned.bin, join(cwd, "bin", "glowmarkt.mjs"))
    const { code, stderr } = yield* Effect.promise(
      () => Spawned.start([join(cwd, "bin", "glowmarkt.mjs")], { program: process.execPath, cwd }).ended
    )
    assert.deepStrictEqual(
      { code, stderr },
      { code: 2, stderr: "glowmarkt is not built yet: run npm run build first\n" }
    )
  })
)

/** Keys for a server that does not exist. */
const nowhere = {
  GLOWMARKT_BASE_URL: "http://127.0.0.1:1/api/v0-1",
  GLOWMARKT_APP_KEY: "key",
  GLOWMARKT_APP_SECRET: "secret"
}

/** Prints the address of each module that is loaded to standard error. */
const printModules = () => {
  const javascript = (source: string) => `data:text/javascript,${encodeURIComponent(source)}`
  const hooks = javascript(`
    import { writeSync } from "node:fs"
    export const load = (url, context, next) => {
      writeSync(2, "loaded " + url + "\\n")
      return next(url, context)
    }
  `)
  return javascript(`import { register } from "node:module"; register(${JSON.stringify(hooks)})`)
}

it("a run in a file does not load the cluster's modules", async () => {
  const cwd = mkdtempSync(join(tmpdir(), "glowmarkt-cli-"))
  const load = async (...args: ReadonlyArray<string>) => {
    const options = { program: process.execPath, cwd, env: nowhere }
    const { stderr } = await Spawned.start([`--import=${printModules()}`, Spawned.bin, ...args], options).ended
    // The bundler writes the path of each module above its code.
    const files = [...stderr.matchAll(/^loaded (file:.*)$/gm)].map(([, url = ""]) => readFileSync(new URL(url), "utf8"))
    assert.isNotEmpty(files)
    return files.flatMap(
      (text) => text.match(/^\/\/ .*(node_modules\/(@effect\/cluster|pg)\/|\/cluster\/dist\/).*$/gm) ?? []
    )
  }
  assert.deepStrictEqual(await load("audit", "--store", join(cwd, "runs.db")), [])
  assert.isNotEmpty(await load("audit", "--database", "postgres://u:p@127.0.0.1:1/runs"))
})
