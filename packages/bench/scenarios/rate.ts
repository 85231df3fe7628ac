/** Calls that all wait for the client's rate limit, compared with the same calls without a limit. */
import { median, verdict } from "../figures.js"
import * as processes from "../processes.js"
import type { Scenario } from "../scenario.js"

const perSecond = 180

// The unlimited calls are all sent at once. Spreading them over time costs more CPU in any case, so the
// limited calls are compared with calls that are paced by timers.
const ways = ["unlimited", "paced", "limited"] as const

const bounds = { ideal: 1.1, cpu: 1.1 }

export const rate: Scenario = async ({ size }) => {
  const waiting = size === "quick" ? [300, 800] : [300, 800, 1500]
  const rounds = size === "quick" ? 3 : 5
  const server = await processes.server(1)
  const measured = waiting.map((count) => ({
    count,
    rounds: [] as Array<Record<(typeof ways)[number], processes.Ran>>
  }))
  for (let round = 0; round < rounds; round++) {
    for (const { count, rounds } of measured) {
      const one = (way: (typeof ways)[number]) =>
        processes.ran("rateProcess", [way, server.url, String(count), String(perSecond)])
      rounds.push({ unlimited: await one("unlimited"), paced: await one("paced"), limited: await one("limited") })
    }
  }
  server.close()
  const figures = measured.map(({ count, rounds }) => {
    const cpuMicros = (way: (typeof ways)[number]) =>
      median(rounds.map((round) => (round[way].cpuMillis * 1000) / count))
    const seconds = median(rounds.map(({ limited }) => limited.millis / 1000))
    return {
      count,
      seconds,
      idealSeconds: count / perSecond,
      timeRatio: seconds / (count / perSecond),
      cpuMicros: { unlimited: cpuMicros("unlimited"), paced: cpuMicros("paced"), limited: cpuMicros("limited") },
      cpuRatio: median(rounds.map(({ limited, paced }) => limited.cpuMillis / paced.cpuMillis))
    }
  })
  return {
    figures: { rounds, perSecond, waiting: figures },
    tables: [
      {
        title: `Calls that wait for a limit of ${perSecond}/s (${rounds} rounds)`,
        columns: ["waiting", "seconds", "ideal", "CPU µs/call", "paced by timers", "all at once, no limit", "bound"],
        rows: figures.map(({ count, cpuMicros, cpuRatio, idealSeconds, seconds, timeRatio }) => [
          count.toLocaleString("en"),
          seconds.toFixed(2),
          idealSeconds.toFixed(2),
          cpuMicros.limited.toFixed(0),
          cpuMicros.paced.toFixed(0),
          cpuMicros.unlimited.toFixed(0),
          `≤ ${bounds.ideal} × ideal, ≤ ${bounds.cpu} × paced: ${verdict(timeRatio <= bounds.ideal && cpuRatio <= bounds.cpu)}`
        ])
      }
    ]
  }
}
