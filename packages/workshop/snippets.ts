/** Type-checks the `ts` blocks of Markdown files and the `@example`s of doc comments. */
import { spawnSync } from "node:child_process"
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join, resolve } from "node:path"
import { blocksOf, fileNameOf, lineOf } from "./markdown.js"

const root = resolve(import.meta.dirname, "../..")
const folder = join(root, ".snippets")

interface Snippet {
  readonly source: string
  readonly line: number
  readonly code: string
}

const fences = (source: string, markdown: string): ReadonlyArray<Snippet> =>
  blocksOf(markdown).flatMap(({ language, line, text }) => (language === "ts" ? [{ source, line, code: text }] : []))

const examples = (source: string, text: string): ReadonlyArray<Snippet> =>
  [...text.matchAll(/\/\*\*[\s\S]*?\*\//g)].flatMap((comment) => {
    const body = comment[0].replace(/^ *\/\*\*\n?/, "").replace(/\*\/$/, "")
    return [...body.matchAll(/^ *\* @example.*\n((?: *\*(?! @).*\n?)*)/gm)].map((match) => ({
      source,
      line: lineOf(text, comment.index),
      code: (match[1] ?? "").replace(/^ *\* ?/gm, "").replace(/^```(?:ts)?$/gm, "")
    }))
  })

const skipped = new Set(["node_modules", "dist", ".git", ".guides", ".snippets", "test", "typetest"])

const filesBelow = (directory: string): ReadonlyArray<string> =>
  readdirSync(join(root, directory), { withFileTypes: true }).flatMap((entry) => {
    if (skipped.has(entry.name)) return []
    const path = join(directory, entry.name)
    return entry.isDirectory() ? filesBelow(path) : [path]
  })

const snippets = filesBelow(".").flatMap((file) => {
  const text = () => readFileSync(join(root, file), "utf8")
  if (file.endsWith(".md")) return fences(file, text())
  return /^packages\/[^/]+\/src\/.*\.ts$/.test(file) ? examples(file, text()) : []
})

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder)
for (const { code, line, source } of snippets) {
  const place = join(folder, source.replaceAll(/[^A-Za-z0-9]+/g, "-"))
  mkdirSync(place, { recursive: true })
  // A block that begins with a file name can be imported by the others of its document.
  const name = fileNameOf(code) ?? `${line}.ts`
  writeFileSync(join(place, name), `// ${source}:${line}\n${code}\nexport {}\n`)
}
writeFileSync(
  join(folder, "tsconfig.json"),
  JSON.stringify({
    extends: "../packages/tsconfig.check.json",
    compilerOptions: { noUnusedLocals: false, incremental: false, tsBuildInfoFile: null },
    include: ["*/*.ts"],
    references: []
  })
)

const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc")
const { status } = spawnSync(process.execPath, [tsc, "-p", folder], { stdio: "inherit" })
if (status === 0) rmSync(folder, { recursive: true })
console.log(`snippets: ${snippets.length} ${status === 0 ? "compile" : "checked; the failed ones are in .snippets"}`)
process.exitCode = status ?? 1
