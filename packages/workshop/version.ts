/** Gives the packages their next version and changelog entries, from the changesets. */
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
const userAgent = join(root, "packages/core/src/internal/transport/userAgent.ts")
writeFileSync(
  userAgent,
  readFileSync(userAgent, "utf8").replace(/effect-glowmarkt\/[^"]+/, `effect-glowmarkt/${version}`)
)

run("npm", "run", "--silent", "lockfile")
