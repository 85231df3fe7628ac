/** A complete audit with either store, compared with a bare loop of the same requests. */
import { median, medianRatio, verdict } from "../figures.js"
import * as processes from "../processes.js"
import type { Scenario } from "../scenario.js"

const ways = [
  ["raw", "undici.Pool and JSON.parse, nothing else", 0],
  ["memory", "statusAudit, RunStore.layerMemory", 0.6],
  ["sqlite", "statusAudit, SqliteRunStore", 0.5]
] as const

export const audit: Scenario = async ({ size }) => {
  const accounts = size === "quick" ? 10_000 : 50_000
  const rounds = size === "quick" ? 3 : 5
  const server = await processes.server(accounts)
  const measured = new Map(ways.map(([way]) => [way as string, [] as Array<processes.Ran>]))
  for (let round = 0; round < rounds; round++) {
    for (const [way] of ways) measured.get(way)?.push(await processes.ran("auditProcess", [way, server.url]))
  }
  server.close()
  const base = measured.get("raw") ?? []
  const figures = ways.map(([way, name, bound]) => {
    const all = measured.get(way) ?? []
    return {
      way,
      name,
      bound,
      accounts: median(all.map(({ count }) => count)),
      seconds: median(all.map(({ millis }) => millis)) / 1000,
      peakMiB: Math.max(...all.map(({ peakMiB }) => peakMiB)),
      speedRatio: medianRatio(base, all, ({ millis }) => millis),
      cpuRatio: medianRatio(all, base, ({ cpuMillis }) => cpuMillis)
    }
  })
  return {
    figures,
    tables: [
      {
        title: `An audit of ${accounts.toLocaleString("en")} accounts (${rounds} rounds)`,
        columns: ["way", "accounts/s", "of the bare loop", "× its CPU", "peak memory MiB", "bound"],
        rows: figures.map(({ accounts, bound, cpuRatio, name, peakMiB, seconds, speedRatio }) => [
          name,
          (accounts / seconds).toFixed(0),
          speedRatio.toFixed(2),
          cpuRatio.toFixed(2),
          peakMiB.toFixed(0),
          bound === 0 ? "" : `≥ ${bound}: ${verdict(speedRatio >= bound)}`
        ])
      }
    ]
  }
}
