/**
 * Bundles `src/bin.ts` with everything it imports into `dist`. Node takes longer to find and load 800
 * small modules than an audit of 100 accounts takes. Runs after tsc, which checks the types and
 * compiles the other packages: `npm run build` at the root does so.
 */
import { rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"
import { licences } from "../../workshop/licences.mjs"

const root = fileURLToPath(new URL("..", import.meta.url))
const target = join(root, "dist")

await rm(target, { recursive: true, force: true })

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ["src/bin.ts"],
  outdir: target,
  bundle: true,
  // Modules that a command imports dynamically stay in separate files.
  splitting: true,
  platform: "node",
  format: "esm",
  target: "node20.19",
  // Native, so it is a dependency.
  external: ["better-sqlite3"],
  // For bundled CommonJS modules that load Node's modules.
  banner: {
    js: 'import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);'
  },
  metafile: true,
  // The licences are written whole.
  legalComments: "none",
  logLevel: "warning",
  // Core's check of the Effect version: the bundle has the right one.
  logOverride: { "ignored-bare-import": "silent" }
})

const notice = await licences(root, Object.keys(metafile.inputs))
await writeFile(join(target, "licences.txt"), `These files contain:\n\n${notice}\n`)
