/**
 * Torture tests: `npm run torture -- throttle|outage|memory|kill|cluster|all [flow …] [options]`.
 *
 * - `throttle`: an audit and the application of a plan against a limit of 200 requests per second.
 * - `outage`: the same while the server fails, hangs or refuses connections.
 * - `memory`: audits of 10,000 and of 100,000 accounts.
 * - `kill`: the named flows, or all, killed with SIGKILL and resumed.
 * - `cluster`: three workers over PostgreSQL compared with one, and workers that are killed during
 *   an audit and a rename.
 *
 * Options, with defaults in parentheses:
 *
 * - `--quick`: shorter, smaller and with fewer kills; minutes instead of half an hour.
 * - `--json`: prints one line of JSON per table.
 * - `--seconds N`: how long a throttled run is measured (40), or an outage lasts (60).
 * - `--points N`: how often each flow is killed (25).
 * - `--accounts N`: accounts of the larger audit (100000).
 * - `--burst N`: burst of the throttle (50).
 * - `--seed N`: seed of the simulator (1).
 *
 * Exits 1 if a bound is missed.
 */
import { parseArgs } from "node:util"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { cluster } from "./torture/cluster.js"
import { print } from "./torture/figures.js"
import { kill } from "./torture/kill.js"
import { memory } from "./torture/memory.js"
import { outage } from "./torture/outage.js"
import { throttle } from "./torture/throttle.js"

const text = { type: "string" } as const
const flag = { type: "boolean" } as const
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { quick: flag, json: flag, seconds: text, points: text, accounts: text, seed: text, burst: text }
})

const scenarios = { throttle, outage, memory, kill, cluster }
const names = ["throttle", "outage", "memory", "kill", "cluster"] as const
const chosen = names.filter((name) => positionals.includes(name) || positionals.includes("all"))
const flows = positionals.filter((word) => word !== "all" && !names.some((name) => name === word))

const usual = { seconds: { throttle: 40, outage: 60 }, points: 25, accounts: 100_000 }
const quick = { seconds: { throttle: 20, outage: 20 }, points: 4, accounts: 20_000 }
const { accounts, points, seconds } = values.quick === true ? quick : usual

const main = Effect.gen(function* () {
  if (chosen.length === 0) {
    yield* Console.error(`Name a scenario: ${names.join(", ")} or all`)
    return false
  }
  let kept = true
  for (const name of chosen) {
    const tables = yield* scenarios[name]({
      seconds: Number(values.seconds ?? (name === "outage" ? seconds.outage : seconds.throttle)),
      points: Number(values.points ?? points),
      accounts: Number(values.accounts ?? accounts),
      seed: Number(values.seed ?? 1),
      burst: Number(values.burst ?? 50),
      flows
    })
    for (const [title, figures] of tables) {
      kept = (yield* print(title, figures, values.json === true ? "json" : "table")) && kept
    }
  }
  return kept
})

process.exitCode = (await Effect.runPromise(main)) ? 0 : 1
