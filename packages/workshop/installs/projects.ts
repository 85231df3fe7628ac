/** The projects to install and run, as the READMEs describe. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as Readme from "./readme.js"

/** An install line, and a program or, without one, `glowmarkt audit`. */
export interface Project {
  readonly name: string
  /** The arguments after `npm install`. */
  readonly install: ReadonlyArray<string>
  readonly program: string
  /** Installs a native module, which may take a minute or two to compile. */
  readonly native?: boolean
  /** Set if the program must fail: what it then prints. */
  readonly failure?: RegExp
}

const runner = Readme.read("packages/runner/README.md")

export const projects: ReadonlyArray<Project> = [
  { name: "first call", ...Readme.read("README.md") },
  {
    name: "audit in memory, over fetch",
    install: runner.install.filter((name) => !name.startsWith("@effect/sql")),
    program: readFileSync(join(import.meta.dirname, "memoryAudit.ts"), "utf8")
  },
  { name: "audit with SQLite", ...runner, native: true },
  { name: "simulator", ...Readme.read("packages/simulator/README.md") },
  { name: "cluster (loads)", ...Readme.read("packages/cluster/README.md") },
  { name: "`glowmarkt audit`", ...Readme.read("packages/cli/README.md"), program: "", native: true },
  {
    name: "effect 4 is refused",
    // npm refuses to install this otherwise.
    install: ["@effect-glowmarkt/core", "effect@4", "@effect/platform@0.97", "--legacy-peer-deps"],
    program: 'import "@effect-glowmarkt/core"\n',
    failure: /needs-effect-3--run-npm-install-effect@3/
  }
]
