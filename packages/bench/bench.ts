/**
 * How fast the client is, beside those one would use instead:
 *
 *   npm run bench                      all of it
 *   npm run bench -- --quick           in under two minutes
 *   npm run bench -- calls list        some of it: calls, rate, audit, list, growth, startup, bundle
 *   npm run bench -- --json FILE       the figures for other programs, too
 *   npm run bench -- growth --million  and how it grows up to a million accounts
 *
 * Everything is compared within one run: rounds are interleaved (A B C A B C …),
 * and a ratio is the median of the rounds' ratios.
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

const usage = `Say which: ${Object.keys(scenarios).join(", ")}. Options: --quick, --million, --json FILE.`

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

const told = parsed()
const unknown = told?.positionals.find((name) => !(name in scenarios))
if (told === undefined || unknown !== undefined) {
  console.error(unknown === undefined ? usage : `There is no benchmark called ${unknown}. ${usage}`)
  process.exit(2)
}

const { positionals, values } = told
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
