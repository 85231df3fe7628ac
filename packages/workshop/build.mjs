/**
 * Runs `npm run compile` if an input has changed since it last succeeded. Most npm scripts
 * build first, and compiling takes seconds even when it has nothing to do.
 */
import { spawnSync } from "node:child_process"
import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"

const root = resolve(import.meta.dirname, "../..")
const packages = ["core", "simulator", "runner", "cluster", "cli"].map((name) => join("packages", name))

/** Files and folders. A folder's modification time changes when a file in it is added or deleted. */
const inputs = [
  ...["package.json", "tsconfig.base.json", "packages/tsconfig.json", ".dependency-cruiser.mjs", "examples"],
  ...["node_modules/.package-lock.json", "packages/workshop/build.mjs", "packages/workshop/licences.mjs"],
  ...packages.flatMap((path) =>
    ["package.json", "tsconfig.json", "src", "client", "scripts"].map((name) => join(path, name))
  )
].map((path) => join(root, path))

/** @param {string} path @returns {ReadonlyArray<string>} */
const withContents = (path) =>
  existsSync(path) && statSync(path).isDirectory()
    ? [path, ...readdirSync(path, { recursive: true, encoding: "utf8" }).map((name) => join(path, name))]
    : [path]

/** Its modification time is the start of the last successful build. `npm run clean` deletes it. */
const stamp = join(root, "packages/cli/dist/.built")

/** @param {string} path */
const changedAt = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0

const isUpToDate = () => {
  const built = changedAt(stamp)
  return (
    packages.every((path) => existsSync(join(root, path, "dist"))) &&
    inputs.flatMap(withContents).every((path) => changedAt(path) < built)
  )
}

if (!isUpToDate()) {
  const began = new Date()
  const { status } = spawnSync("npm", ["run", "--silent", "compile"], { cwd: root, stdio: "inherit" })
  if (status === 0) {
    writeFileSync(stamp, "")
    utimesSync(stamp, began, began)
  } else process.exitCode = status ?? 1
}
