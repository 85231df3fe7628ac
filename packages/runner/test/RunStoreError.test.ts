/**
 * The driver's own errors, from copies of it without its native module or with one for another
 * version of Node.
 */
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { FileSystem } from "@effect/platform"
import { NodeFileSystem } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { RunStoreError } from "../src/index.js"

const require = createRequire(import.meta.url)

const rootOf = (name: string) => dirname(require.resolve(`${name}/package.json`))

/**
 * Copies the driver without its native module, and returns the error of opening a database with the
 * copy.
 */
const failureOf = (build: (root: string) => void) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const modules = `${yield* fs.makeTempDirectoryScoped()}/node_modules`
    const root = `${modules}/better-sqlite3`
    for (const part of ["lib", "package.json"]) {
      cpSync(join(rootOf("better-sqlite3"), part), join(root, part), { recursive: true })
    }
    for (const name of ["bindings", "file-uri-to-path"]) symlinkSync(rootOf(name), join(modules, name))
    build(root)
    return yield* Effect.flip(
      Effect.try({
        try: () => new (createRequire(join(root, "here.js"))("better-sqlite3"))(":memory:"),
        catch: (error) => RunStoreError.fromUnknown("runs.sqlite", error)
      })
    )
  })

const assertDriverMissing = (error: RunStoreError.RunStoreError) => {
  assert.strictEqual(error.reason, "driverMissing")
  assert.match(error.message, /^Run store runs\.sqlite: .*`npm rebuild better-sqlite3`.*`pnpm approve-builds`.*\)$/)
}

layer(NodeFileSystem.layer, { excludeTestServices: true })("RunStoreError", (it) => {
  it.scoped("a driver whose native module was not built names the two commands that build it", () =>
    Effect.map(
      failureOf(() => undefined),
      assertDriverMissing
    )
  )

  it.scoped("so does a native module that cannot be loaded", () =>
    Effect.map(
      failureOf((root) => {
        mkdirSync(join(root, "build/Release"), { recursive: true })
        writeFileSync(join(root, "build/Release/better_sqlite3.node"), "built for another version")
      }),
      assertDriverMissing
    )
  )
})
