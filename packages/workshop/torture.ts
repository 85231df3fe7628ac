/**
 * Runs under stress, with figures: `npm run torture -- throttle|outage|memory|kill|cluster|all [flow …] [--quick] [--json]`.
 *
 * - `throttle`: an audit, and the application of a plan, at a provider that answers 200 requests a second and refuses the others.
 * - `outage`: the same at a provider that fails, hangs or takes no connections for a while.
 * - `memory`: audits of 10,000 and of 100,000 accounts.
 * - `kill`: every flow, or those that are named, killed with SIGKILL and started again.
 * - `cluster`: three workers over PostgreSQL against one, and workers killed with SIGKILL during an audit and a rename.
 *
 * `--quick` takes minutes instead of half an hour: shorter, smaller, fewer kills. `--json` prints one line of JSON a table.
 * `--seconds N`: how long the throttled runs are measured (40), or the outages last (60). `--points N`: how often each flow is killed (25).
 * `--accounts N`: the larger audit (100000). `--burst N`: what the throttle lets come at once (50). `--seed N` (1).
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
    yield* Console.error(`Say which: ${names.join(", ")} or all`)
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
