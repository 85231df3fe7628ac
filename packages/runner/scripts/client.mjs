/**
 * Bundles `client/` (the script and style of the HTML report) into one module of strings that `src/` imports as
 * `#html-report-client`. Runs before tsc: `npm run build` at the root does so.
 */
import { createHash } from "node:crypto"
import { mkdir, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"
import { licences } from "../../workshop/licences.mjs"

const root = fileURLToPath(new URL("..", import.meta.url))
const target = join(root, "dist/internal/reportClient")

/** @param {string} entry */
const bundled = async (entry) => {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    charset: "utf8",
    format: "iife",
    target: "es2022",
    metafile: true,
    write: false,
    // The full licence texts are put at the start.
    legalComments: "none",
    logLevel: "error"
  })
  const [output] = outputFiles
  if (output === undefined) {
    throw new Error(`esbuild made nothing of ${entry}`)
  }
  return { text: output.text.trim(), inputs: Object.keys(metafile.inputs) }
}

/** @param {string} text */
const hash = (text) => `sha256-${createHash("sha256").update(text).digest("base64")}`

const code = await bundled("client/main.ts")
const { text: style } = await bundled("client/report.css")
const notice = `/*! This script contains:\n\n${await licences(root, code.inputs)}\n*/\n`
const script = notice + code.text

for (const [name, text] of Object.entries({ script, style })) {
  if (/<\/(script|style)|<!--/i.test(text) || text.includes("\r")) {
    throw new Error(`the ${name} would end its own element, or be hashed differently by browsers`)
  }
}

const values = { script, scriptHash: hash(script), style, styleHash: hash(style) }
const lines = Object.entries(values)
await mkdir(dirname(target), { recursive: true })
await writeFile(
  `${target}.js`,
  lines.map(([name, value]) => `export const ${name} = ${JSON.stringify(value)}\n`).join("")
)
await writeFile(`${target}.d.ts`, lines.map(([name]) => `export declare const ${name}: string\n`).join(""))
