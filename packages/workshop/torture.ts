/**
 * Runs under stress, with figures: `npm run torture -- throttle|outage|memory|kill|killFlows|all`.
 *
 * `--seconds N`: how long the throttled run is measured (40), or the outage lasts (60).
 * `--points N`: how often an audit, and each flow that changes something, is killed (25). `--seed N` (1). `--burst N`: what the throttle lets come at once (50).
 * Exits 1 if a bound is missed.
 */
import { parseArgs } from "node:util"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { print } from "./torture/figures.js"
import { scenarios } from "./torture/scenarios.js"

const text = { type: "string" } as const
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { seconds: text, points: text, seed: text, burst: text }
})

const names = ["throttle", "outage", "memory", "kill", "killFlows"] as const
const chosen = names.filter((name) => positionals.includes(name) || positionals.includes("all"))

const main = Effect.gen(function* () {
  if (chosen.length === 0) {
    yield* Console.error(`Say which: ${names.join(", ")} or all`)
    return false
  }
  const kept = yield* Effect.forEach(chosen, (name) =>
    scenarios[name]({
      seconds: Number(values.seconds ?? (name === "outage" ? 60 : 40)),
      points: Number(values.points ?? 25),
      seed: Number(values.seed ?? 1),
      burst: Number(values.burst ?? 50)
    }).pipe(Effect.flatMap((figures) => print(name, figures)))
  )
  return kept.every((each) => each)
})

process.exitCode = (await Effect.runPromise(main)) ? 0 : 1
