/** Packs the published packages as a release does, and reads what the tarballs contain. */
import { execFileSync } from "node:child_process"
import { join, resolve } from "node:path"

export const root = resolve(import.meta.dirname, "../..")

/** The published packages; each depends on earlier ones only. */
export const published = ["core", "runner", "simulator", "cluster", "cli"] as const

export interface Tarball {
  readonly package: (typeof published)[number]
  readonly name: string
  readonly version: string
  readonly path: string
  readonly integrity: string
  readonly size: number
  readonly files: ReadonlyArray<string>
}

/** What `npm pack --json` reports, as far as it is used here. */
type Packed = Pick<Tarball, "name" | "version" | "integrity" | "size"> & {
  readonly filename: string
  readonly files: ReadonlyArray<{ readonly path: string }>
}

/** Packs all packages into a folder. They must have been built. */
export const pack = (folder: string): ReadonlyArray<Tarball> => {
  const output = execFileSync(
    "npm",
    [
      "pack",
      "--json",
      "--pack-destination",
      folder,
      ...published.flatMap((name) => ["--workspace", `packages/${name}`])
    ],
    { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }
  )
  const packed: ReadonlyArray<Packed> = JSON.parse(output)
  return published.flatMap((directory) =>
    packed
      .filter(({ name }) => name === `@effect-glowmarkt/${directory}`)
      .map(({ filename, files, integrity, name, size, version }) => ({
        package: directory,
        name,
        version,
        integrity,
        size,
        path: join(folder, filename),
        files: files.map(({ path }) => path)
      }))
  )
}
