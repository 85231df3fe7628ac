/** The list, element by element and whole, beside reading it whole with `JSON.parse`. */
import { median, verdict } from "../figures.js"
import * as processes from "../processes.js"
import type { Scenario } from "../scenario.js"

const ways = [
  ["parse", "undici.Pool and JSON.parse, whole"],
  ["stream", "AdminAccounts.stream"],
  ["list", "AdminAccounts.list"]
] as const

export const list: Scenario = async ({ size }) => {
  const accounts = size === "quick" ? 100_000 : 1_000_000
  const rounds = 3
  const server = await processes.server(accounts)
  const measured = new Map(ways.map(([way]) => [way as string, [] as Array<processes.Ran>]))
  for (let round = 0; round < rounds; round++) {
    for (const [way] of ways) measured.get(way)?.push(await processes.ran("list.ts", way, server.url))
  }
  server.close()
  const base = measured.get("parse") ?? []
  const figures = ways.map(([way, name]) => {
    const all = measured.get(way) ?? []
    return {
      way,
      name,
      accounts: median(all.map(({ count }) => count)),
      seconds: median(all.map(({ millis }) => millis)) / 1000,
      peakMiB: Math.max(...all.map(({ peakMiB }) => peakMiB)),
      speedRatio: median(all.map(({ millis }, round) => (base[round]?.millis ?? Number.NaN) / millis))
    }
  })
  return {
    figures,
    tables: [
      {
        title: `The list of ${accounts.toLocaleString("en")} accounts (${rounds} rounds)`,
        columns: ["way", "accounts read", "seconds", "of JSON.parse", "peak memory MiB", "bound"],
        rows: figures.map(({ accounts, name, peakMiB, seconds, speedRatio, way }) => [
          name,
          accounts.toLocaleString("en"),
          seconds.toFixed(1),
          speedRatio.toFixed(2),
          peakMiB.toFixed(0),
          way === "stream" ? `≥ 0.50, ≤ 150 MB: ${verdict(speedRatio >= 0.5 && peakMiB * 1.048576 <= 150)}` : ""
        ])
      }
    ]
  }
}
