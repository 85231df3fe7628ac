/** Start-up time: the command line compared with Node, and core compared with the parts of Effect it imports. */
import { spawnSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { median, medianRatio, verdict } from "../figures.js"
import type { Scenario } from "../scenario.js"

const root = join(import.meta.dirname, "../../..")

const imports = (modules: ReadonlyArray<string>) => [
  "--input-type=module",
  "-e",
  modules.map((name) => `import ${JSON.stringify(name)}`).join("\n")
]

const core = join(root, "packages/core/dist")

/** The modules of Effect that core's main entry imports. */
const ofEffect = [
  ...new Set(
    readdirSync(core, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".js") && !/node/i.test(file))
      .flatMap((file) => [
        ...readFileSync(join(core, file), "utf8").matchAll(/from "((?:@effect\/platform|effect)\/[^"]+)"/g)
      ])
      .flatMap(([, name]) => name ?? [])
  )
].sort()

const commands = {
  "node -e 0": ["-e", "0"],
  "glowmarkt --version": [join(root, "packages/cli/dist/bin.js"), "--version"],
  "Effect, as imported by core": imports(ofEffect),
  "@effect-glowmarkt/core": imports(["@effect-glowmarkt/core"])
}

type Name = keyof typeof commands

const bounds: ReadonlyArray<readonly [Name, Name, number]> = [
  ["glowmarkt --version", "node -e 0", 4],
  ["@effect-glowmarkt/core", "Effect, as imported by core", 1.3]
]

export const startup: Scenario = async ({ size }) => {
  const rounds = size === "quick" ? 7 : 21
  const measured = new Map(Object.keys(commands).map((name) => [name, [] as Array<number>]))
  for (let round = -1; round < rounds; round++) {
    for (const [name, args] of Object.entries(commands)) {
      const started = performance.now()
      const { status, stderr } = spawnSync(process.execPath, args, { cwd: join(root, "packages/bench") })
      if (status !== 0) throw new Error(`${name} exits ${status}: ${stderr}`)
      // The first round only fills the file cache.
      if (round >= 0) measured.get(name)?.push(performance.now() - started)
    }
  }
  const millis = (name: string) => measured.get(name) ?? []
  const figures = bounds.map(([name, beside, bound]) => ({
    name,
    beside,
    bound,
    millis: median(millis(name)),
    besideMillis: median(millis(beside)),
    ratio: medianRatio(millis(name), millis(beside), (took) => took)
  }))
  return {
    figures,
    tables: [
      {
        title: `Start-up (${rounds} rounds)`,
        columns: ["what", "ms", "compared with", "ms", "ratio", "bound"],
        rows: figures.map(({ beside, besideMillis, bound, millis, name, ratio }) => [
          name,
          millis.toFixed(0),
          beside,
          besideMillis.toFixed(0),
          ratio.toFixed(2),
          `≤ ${bound}: ${verdict(ratio <= bound)}`
        ])
      }
    ]
  }
}
