/** Checks the packages as they are published: what each tarball contains, and how it resolves. */
import { execFile } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pack, root, type Tarball } from "./tarballs.js"

/** Not built from a module in `src`. Each build bundles the command line again. */
const generated = /^(?:runner\/dist\/internal\/reportClient\.(?:d\.ts|js)|cli\/dist\/.+)$/

const licence = readFileSync(join(root, "LICENSE"), "utf8")

/** The module in `src` that a file in `dist` was compiled from. */
const source = (file: string) => file.replace(/^dist/, "src").replace(/(?:\.d\.ts|\.js)(?:\.map)?$/, ".ts")

const contentProblems = ({ files, package: directory, version }: Tarball): ReadonlyArray<string> => {
  const text = (file: string) => readFileSync(join(root, "packages", directory, file), "utf8")
  const missing = ["LICENSE", "README.md", "CHANGELOG.md"].filter((file) => !files.includes(file))
  const needless = files.filter(
    (file) =>
      !/^(?:package\.json|LICENSE|(?:README|CHANGELOG)\.md|dist\/licences\.txt|(?:bin|dist|src)\/.+\.(?:[jt]s|map))$/.test(
        file
      )
  )
  const stale = files.filter((file) => {
    const path = join(root, "packages", directory, source(file))
    return file.startsWith("dist/") && !generated.test(`${directory}/${file}`) && !existsSync(path)
  })
  const outdated = [
    ...(text("CHANGELOG.md").includes(`\n## ${version}\n`) ? [] : [`has no entry for ${version} in CHANGELOG.md`]),
    ...(text("LICENSE") === licence ? [] : ["has a LICENSE that differs from the project's"])
  ]
  return [
    ...outdated,
    ...missing.map((file) => `lacks ${file}`),
    ...needless.map((file) => `contains ${file}, which users do not need`),
    ...stale
      .slice(0, 1)
      .map((file) => `contains ${stale.length} files such as ${file} without a source: run npm run clean`)
  ]
}

/** Runs a checker. Its output is a problem if it fails. */
const check = (tool: string, args: ReadonlyArray<string>) =>
  new Promise<ReadonlyArray<string>>((done) => {
    execFile(join(root, "node_modules/.bin", tool), args, (error, stdout, stderr) =>
      done(error === null ? [] : [`${tool}:\n${stdout}${stderr}`])
    )
  })

const folder = mkdtempSync(join(tmpdir(), "glowmarkt-packages-"))
let failed = false
for (const tarball of pack(folder)) {
  const { files, name, path, size, version } = tarball
  const resolution = await Promise.all([
    check("publint", [path, "--strict"]),
    check("attw", [path, "--profile", "esm-only"])
  ])
  const problems = [...contentProblems(tarball), ...resolution.flat()]
  console.log(`${name} ${version}: ${files.length} files, ${Math.round(size / 1000)} kB`)
  for (const problem of problems) console.error(`  ${problem}`)
  failed ||= problems.length > 0
}
rmSync(folder, { recursive: true })
if (failed) process.exitCode = 1
