/** Package managers and runtimes: how each installs packages and runs programs. */
import { delimiter, dirname, join } from "node:path"
import * as Tools from "./tools.js"

export interface Exception {
  readonly why: string
  /** What the failed program prints. */
  readonly output: RegExp
}

export interface Setup {
  readonly name: string
  readonly tools: ReadonlyArray<Tools.Tool>
  /** Files that point the package manager at a registry for this project's scope. */
  readonly files: (registry: string) => Readonly<Record<string, string>>
  readonly env?: (registry: string) => NodeJS.ProcessEnv
  /** The command for the arguments after `npm install`. */
  readonly install: (args: ReadonlyArray<string>) => ReadonlyArray<string>
  readonly run: (program: string) => ReadonlyArray<string>
  readonly glowmarkt: ReadonlyArray<string>
  /** False if TypeScript does not find the packages of this setup. */
  readonly compilable?: boolean
  /** Projects that are known to fail, by name. */
  readonly exceptions?: Readonly<Record<string, Exception>>
  /** The projects that apply to this setup. All of them by default. */
  readonly only?: ReadonlyArray<string>
}

const npmrc = (registry: string) => ({ ".npmrc": `@effect-glowmarkt:registry=${registry}\n` })

/** The arguments of `npm install` for other package managers. They install nothing globally. */
const translated = (args: ReadonlyArray<string>) =>
  args
    .filter((arg) => arg !== "--global" && arg !== "--legacy-peer-deps")
    .map((arg) => (arg === "--save-dev" ? "-D" : arg))

const unapproved: Exception = { why: "after `pnpm approve-builds`", output: /better-sqlite3 was not built/ }
const peers: Exception = { why: "after `yarn add` of missing peers", output: /isn't provided by/ }
const needsNode: Exception = {
  why: "no, needs Node",
  output: /NodeTransport needs Node|better-sqlite3|connection .* was lost/
}

export const npm: Setup = {
  name: "npm",
  tools: [],
  files: npmrc,
  // Global installs do not read the project's settings.
  env: (registry) => ({ "npm_config_@effect-glowmarkt:registry": registry, npm_config_prefix: "global" }),
  install: (args) => ["npm", "install", "--no-audit", "--no-fund", ...args],
  run: (program) => ["node", program],
  glowmarkt: ["global/bin/glowmarkt"]
}

const npmOnNode = (version: "20" | "22" | "24"): Setup => ({
  ...npm,
  name: `npm, Node ${version}`,
  tools: [`node${version}`],
  env: (registry) => ({
    ...npm.env?.(registry),
    // Native modules without a prebuilt binary are compiled for this Node, whatever the machine's settings.
    npm_config_nodedir: dirname(dirname(Tools.program(`node${version}`))),
    PATH: [dirname(Tools.program(`node${version}`)), process.env["PATH"]].join(delimiter)
  })
})

export const pnpm: Setup = {
  name: "pnpm",
  tools: ["pnpm"],
  files: npmrc,
  install: (args) => [Tools.program("pnpm"), "add", ...translated(args)],
  run: (program) => ["node", program],
  glowmarkt: ["node_modules/.bin/glowmarkt"],
  exceptions: { "audit with SQLite": unapproved, "`glowmarkt audit`": unapproved }
}

const yarn: Setup = {
  name: "yarn",
  compilable: false,
  tools: ["yarn"],
  files: (registry) => ({
    "yarn.lock": "",
    ".yarnrc.yml": `npmScopes:\n  effect-glowmarkt:\n    npmRegistryServer: "${registry}"\nunsafeHttpWhitelist:\n  - 127.0.0.1\n`
  }),
  install: (args) => [Tools.program("yarn"), "add", ...translated(args)],
  run: (program) => [Tools.program("yarn"), "node", program],
  glowmarkt: [Tools.program("yarn"), "glowmarkt"],
  exceptions: {
    "audit with SQLite": peers,
    "cluster (loads)": peers,
    "`glowmarkt audit`": { why: "after allowing the build of `better-sqlite3`", output: unapproved.output },
    "effect 4 is refused": { why: "by yarn's own error", output: /Qualified path resolution failed/ }
  }
}

const bun: Setup = {
  name: "Bun",
  tools: ["bun"],
  files: npmrc,
  install: (args) => [Tools.program("bun"), "add", ...translated(args)],
  run: (program) => [Tools.program("bun"), program],
  glowmarkt: [Tools.program("bun"), "--bun", "node_modules/.bin/glowmarkt"],
  exceptions: {
    "first call": needsNode,
    "audit with SQLite": needsNode,
    simulator: needsNode,
    "`glowmarkt audit`": needsNode
  }
}

const deno: Setup = {
  name: "Deno",
  compilable: false,
  tools: ["deno"],
  files: npmrc,
  install: (args) => [
    Tools.program("deno"),
    "add",
    ...translated(args).map((arg) => (arg.startsWith("-") ? arg : `npm:${arg}`))
  ],
  run: (program) => [Tools.program("deno"), "run", "--allow-all", program],
  glowmarkt: [Tools.program("deno"), "run", "--allow-all", "npm:@effect-glowmarkt/cli/glowmarkt"],
  exceptions: { "audit with SQLite": needsNode, "`glowmarkt audit`": needsNode }
}

const browser: Setup = {
  ...npm,
  name: "browser bundle (esbuild, Chromium)",
  only: ["audit in memory, over fetch"],
  run: (program) => [
    process.execPath,
    "--import",
    import.meta.resolve("tsx"),
    join(import.meta.dirname, "browser.ts"),
    program
  ]
}

export const all: ReadonlyArray<Setup> = [
  npmOnNode("20"),
  npmOnNode("22"),
  npmOnNode("24"),
  pnpm,
  yarn,
  bun,
  deno,
  browser
]
