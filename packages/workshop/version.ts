/** Sets the packages' next version and changelog entries, from the changesets. */
import { spawnSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "./tarballs.js"

const run = (command: string, ...args: ReadonlyArray<string>) => {
  const { status } = spawnSync(command, args, { cwd: root, stdio: "inherit" })
  if (status !== 0) process.exit(status ?? 1)
}

run("npx", "changeset", "version")

// Core runs in browsers, so it cannot read its version from its manifest.
const { version }: { version: string } = JSON.parse(readFileSync(join(root, "packages/core/package.json"), "utf8"))
const file = join(root, "packages/core/src/Operation.ts")
const source = readFileSync(file, "utf8")
const changed = source.replace(/(userAgent = "effect-glowmarkt\/)[^"]+/, `$1${version}`)
if (!changed.includes(`"effect-glowmarkt/${version}"`)) throw new Error(`${file} has no userAgent`)
writeFileSync(file, changed)

run("npm", "run", "--silent", "lockfile")
