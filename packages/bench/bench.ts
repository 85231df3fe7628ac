/**
 * Compares the client with its alternatives:
 *
 *   npm run bench                      all benchmarks
 *   npm run bench -- --quick           under two minutes
 *   npm run bench -- calls list        any of calls, rate, audit, list, growth, startup, bundle
 *   npm run bench -- --json FILE       also writes the figures as JSON
 *   npm run bench -- growth --million  up to a million accounts
 *
 * Rounds are interleaved (A B C A B C …), and a ratio is the median of the rounds' ratios. So
 * changes in the machine's speed affect all clients alike.
 */
import { writeFileSync } from "node:fs"
import { parseArgs } from "node:util"
import { markdown } from "./figures.js"
import { audit } from "./scenarios/audit.js"
import { bundle } from "./scenarios/bundle.js"
import { calls } from "./scenarios/calls.js"
import { growth } from "./scenarios/growth.js"
import { list } from "./scenarios/list.js"
import { rate } from "./scenarios/rate.js"
import { startup } from "./scenarios/startup.js"

const scenarios = { calls, rate, audit, list, growth, startup, bundle }

const usage = `Benchmarks: ${Object.keys(scenarios).join(", ")}. Options: --quick, --million, --json FILE.`

const parsed = () => {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { quick: { type: "boolean" }, million: { type: "boolean" }, json: { type: "string" } }
    })
  } catch {
    return undefined
  }
}

const parsedArgs = parsed()
const unknown = parsedArgs?.positionals.find((name) => !(name in scenarios))
if (parsedArgs === undefined || unknown !== undefined) {
  console.error(unknown === undefined ? usage : `There is no benchmark called ${unknown}. ${usage}`)
  process.exit(2)
}

const { positionals, values } = parsedArgs
const size = values.quick === true ? "quick" : "full"
const results: Record<string, unknown> = {}
for (const [name, scenario] of Object.entries(scenarios)) {
  if (positionals.length > 0 ? !positionals.includes(name) : size === "quick" && name === "growth") continue
  const { figures, tables } = await scenario({ size, upTo: values.million === true ? 1_000_000 : 100_000 })
  results[name] = figures
  for (const table of tables) console.log(markdown(table))
}
if (values.json !== undefined) {
  const { arch, version } = process
  writeFileSync(values.json, `${JSON.stringify({ node: version, arch, size, results }, undefined, 2)}\n`)
}
