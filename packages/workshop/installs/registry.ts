/** Serves the tarballs of this checkout to package managers, as a registry for one scope. */
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { basename, join } from "node:path"
import { root, type Tarball } from "../tarballs.js"

export interface Registry extends AsyncDisposable {
  readonly url: string
}

interface Served extends Tarball {
  readonly manifest: Record<string, unknown>
}

/** The registry's response for a package. */
const metadata = (url: string, { integrity, manifest, name, path, version }: Served) => ({
  name,
  "dist-tags": { latest: version },
  // Some package managers hold back versions that are younger than a day or have no date.
  time: {
    created: "2026-01-01T00:00:00.000Z",
    modified: "2026-01-01T00:00:00.000Z",
    [version]: "2026-01-01T00:00:00.000Z"
  },
  versions: { [version]: { ...manifest, dist: { integrity, tarball: `${url}/${basename(path)}` } } }
})

/** Starts the registry on loopback. */
export const serve = async (packed: ReadonlyArray<Tarball>): Promise<Registry> => {
  const tarballs = packed.map((tarball): Served => {
    const file = join(root, "packages", tarball.package, "package.json")
    return { ...tarball, manifest: JSON.parse(readFileSync(file, "utf8")) }
  })
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? "").slice(1)
    const file = tarballs.find((tarball) => basename(tarball.path) === path)
    const described = tarballs.find((tarball) => tarball.name === path)
    if (file !== undefined) response.end(readFileSync(file.path))
    else if (described !== undefined) {
      response.setHeader("content-type", "application/json").end(JSON.stringify(metadata(url, described)))
    } else response.writeHead(404).end("{}")
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  // A server that listens on a port has an address of this form.
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, [Symbol.asyncDispose]: async () => void server.close() }
}
