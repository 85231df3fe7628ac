/**
 * Publishes the packages whose versions are not published yet, with provenance, and tags them.
 * `--dry-run` does everything but publishing, and contacts no registry.
 */
import { execFileSync, spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pack, root } from "./tarballs.js"

const run = (command: string, ...args: ReadonlyArray<string>) => {
  const { status } = spawnSync(command, args, { cwd: root, stdio: "inherit" })
  if (status !== 0) process.exit(status ?? 1)
}

const dryRun = process.argv.includes("--dry-run")
const changesets = readdirSync(join(root, ".changeset")).filter((file) => file.endsWith(".md"))

const problems = [
  ...(changesets.length > 0
    ? [`there are changesets (${changesets.join(", ")}): run npm run version, and commit`]
    : []),
  ...(execFileSync("git", ["status", "--porcelain"], { cwd: root }).length > 0 ? ["there are uncommitted changes"] : [])
]
for (const problem of problems) console.error(`release: ${problem}`)

if (!dryRun && problems.length > 0) process.exitCode = 1
else {
  if (!dryRun) run("npm", "run", "--silent", "clean")
  run("npm", "run", "--silent", "packages")
  if (dryRun) {
    const folder = mkdtempSync(join(tmpdir(), "glowmarkt-release-"))
    for (const { integrity, name, version } of pack(folder))
      console.log(`would publish ${name}@${version} ${integrity}`)
    rmSync(folder, { recursive: true })
  } else run("npx", "changeset", "publish")
}
