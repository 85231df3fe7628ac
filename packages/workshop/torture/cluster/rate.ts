/**
 * Three workers share one rate limit while another joins and one is killed. Then they adapt to the
 * provider's own limit.
 */
import { Cluster } from "@effect-glowmarkt/cluster"
import { StatusAudit } from "@effect-glowmarkt/runner"
import * as Effect from "effect/Effect"
import type { Server } from "../../postgres.js"
import { bounded, type Figure, number, plain } from "../figures.js"
import { simulator } from "../processes.js"
import { database, joined, launcher, type Part, submitter, target, until } from "./environment.js"

interface Sent {
  readonly atMillis: ReadonlyArray<number>
  readonly refused: number
}

/**
 * The requests of an audit with a limit of 200 per second, with a provider of the same limit,
 * between these seconds.
 */
const sent = (
  server: Server,
  seed: number,
  admitted: number,
  { from, to }: { readonly from: number; readonly to: number }
) =>
  Effect.gen(function* () {
    const served = yield* simulator({
      accounts: 200 * (to + 10),
      seed,
      latencyMillis: 50,
      throttle: { perSecond: admitted, burst: 50 }
    })
    const url = yield* database(server)
    const launch = yield* launcher(served, url, 200)
    return yield* Effect.gen(function* () {
      const names = ["a", "b", "c"]
      const [, victim] = yield* Effect.forEach(names, launch)
      yield* joined(names)
      yield* Cluster.submit(StatusAudit.flow, { target: target(served) })
      yield* until(served.count(0), ({ total }) => total > 100)
      const all: { atMillis: Array<number>; refused: number } = { atMillis: [], refused: 0 }
      let { last } = yield* served.requests(-1)
      for (let elapsed = 0; elapsed < to; elapsed += 5) {
        if (elapsed === from + 15) yield* launch("d")
        if (elapsed === from + 30) yield* victim?.signal("SIGKILL") ?? Effect.void
        yield* Effect.sleep("5 seconds")
        const received = yield* served.requests(last)
        last = received.last
        if (elapsed < from) continue
        all.atMillis.push(...received.atMillis)
        all.refused += received.refused
      }
      return all satisfies Sent
    }).pipe(Effect.provide(submitter(url)))
  }).pipe(Effect.scoped, Effect.orDie)

const windowMillis = 10_000

/** The most requests in any 10 seconds, as a rate per second. */
const busiest = (atMillis: ReadonlyArray<number>) => {
  let most = 0
  let from = 0
  for (let to = 0; to < atMillis.length; to++) {
    while ((atMillis[to] ?? 0) - (atMillis[from] ?? 0) >= windowMillis) from++
    most = Math.max(most, to - from + 1)
  }
  return most / (windowMillis / 1000)
}

const meanOf = (atMillis: ReadonlyArray<number>) =>
  (atMillis.length - 1) / (((atMillis.at(-1) ?? 0) - (atMillis[0] ?? 0)) / 1000)

export const rate: Part = (server, { seed }) =>
  Effect.gen(function* () {
    const { atMillis, refused } = yield* sent(server, seed, 200, { from: 0, to: 60 })
    const mean = meanOf(atMillis)
    const figures: ReadonlyArray<Figure> = [
      plain("requests, with a worker that joins and one that is killed", String(atMillis.length)),
      bounded("a second, mean", number.format(mean), ["195 to 202", mean >= 195 && mean <= 202]),
      bounded("per second, any 10 s", number.format(busiest(atMillis)), ["at most 206", busiest(atMillis) <= 206]),
      bounded("refused by a provider that admits 200 per second", String(refused), ["none", refused === 0])
    ]
    return ["cluster rate", figures] as const
  })

/** The provider admits half of the limit: a refused request slows all workers down. */
export const throttled: Part = (server, { seed }) =>
  Effect.gen(function* () {
    const { atMillis, refused } = yield* sent(server, seed, 100, { from: 20, to: 60 })
    const accepted = (meanOf(atMillis) * (atMillis.length - refused)) / atMillis.length
    const share = (100 * refused) / atMillis.length
    const figures: ReadonlyArray<Figure> = [
      // Each refusal pauses all workers for as long as the provider asks.
      bounded("accepted per second, after 20 s", number.format(accepted), [
        "90 to 110",
        Math.abs(accepted - 100) <= 10
      ]),
      bounded("refused", `${number.format(share)} % (${refused})`, ["under 5 %", share < 5])
    ]
    return ["cluster throttled at 100 per second", figures] as const
  })
