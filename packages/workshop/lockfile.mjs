/**
 * Keeps package-lock.json complete for every platform.
 *
 * npm installs a package that has no `integrity` in the lockfile unverified. Such entries appear
 * for optional packages of other platforms. `--check` reports them; without it, this script
 * removes them and lets npm look them up again:
 *
 *   npm run lockfile
 *   npm run lockfile -- --check
 */
import { spawnSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const file = new URL("../../package-lock.json", import.meta.url)

/** @returns {{ packages: Record<string, { integrity?: string, resolved?: string, link?: boolean }> }} */
const read = () => JSON.parse(readFileSync(file, "utf8"))

/**
 * Installed from a registry: neither the project itself nor one of its workspaces.
 *
 * @param {[path: string, entry: { link?: boolean }]} entry
 */
const isInstalled = ([path, entry]) => path.includes("node_modules/") && entry.link !== true

/** @returns {Array<string>} */
const problems = () =>
  Object.entries(read().packages)
    .filter(isInstalled)
    .flatMap(([path, { integrity, resolved }]) => [
      ...(integrity === undefined ? [`${path} has no integrity`] : []),
      // The address depends on the registry that the lockfile was made with.
      ...(resolved === undefined ? [] : [`${path} names a registry`])
    ])

const repair = () => {
  const lock = read()
  const verified = Object.entries(lock.packages).filter((one) => !isInstalled(one) || one[1].integrity !== undefined)
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(verified) }, null, 2)}\n`)
  const npm = ["install", "--package-lock-only", "--ignore-scripts", "--omit-lockfile-registry-resolved"]
  const { status } = spawnSync("npm", npm, { cwd: fileURLToPath(new URL(".", file)), stdio: "inherit" })
  if (status !== 0) process.exit(status ?? 1)
}

if (!process.argv.includes("--check")) repair()
const found = problems()
for (const problem of found) console.error(`lockfile: ${problem}`)
if (found.length > 0) {
  console.error("lockfile: run npm run lockfile, and commit package-lock.json")
  process.exitCode = 1
} else {
  console.log("lockfile: every package has its integrity")
}
