/**
 * Completes package-lock.json with the optional packages of other platforms.
 *
 * Where a registry does not offer the binaries of every platform, npm leaves
 * those it could not look up out of the lockfile, and `npm ci` then refuses it
 * everywhere. What is left out is known from the package that wants it: its
 * name says the platform, and the version is pinned there. Run it after an
 * `npm install` that changed the lockfile:
 *
 *   npm run lockfile
 */
import { readFileSync, writeFileSync } from "node:fs"

const systems = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"]
const processors = ["arm64", "arm", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "x64"]
const libraries = {
  musl: "musl",
  gnu: "glibc",
  glibc: "glibc",
  gnueabihf: "glibc",
  musleabihf: "musl",
  gnueabi: "glibc"
}

const file = new URL("../../package-lock.json", import.meta.url)
const lock = JSON.parse(readFileSync(file, "utf8"))

/** @param {string} name */
const platform = (name) => {
  const words = name.split(/[-/]/)
  const os = systems.filter((system) => words.includes(system))
  const cpu = processors.filter((processor) => words.includes(processor))
  const libc = Object.entries(libraries).flatMap(([word, library]) => (words.includes(word) ? [library] : []))
  return os.length === 0 && cpu.length === 0
    ? undefined
    : { ...(cpu.length > 0 ? { cpu } : {}), ...(os.length > 0 ? { os } : {}), ...(libc.length > 0 ? { libc } : {}) }
}

let added = 0
for (const entry of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`
    const wanted = platform(name)
    if (lock.packages[key] !== undefined || wanted === undefined || !/^\d/.test(version)) continue
    lock.packages[key] = { version, ...wanted, dev: entry.dev === true ? true : undefined, optional: true }
    added++
  }
}

// npm's own order: the project itself first, which is the empty name.
const names = Object.keys(lock.packages).sort()
lock.packages = Object.fromEntries(names.map((name) => [name, lock.packages[name]]))
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
console.log(`lockfile: ${added} optional packages of other platforms added`)
