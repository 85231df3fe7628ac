/** Streaming the list and reading it whole, compared with `JSON.parse`. */
import { median, medianRatio, verdict } from "../figures.js"
import * as processes from "../processes.js"
import type { Scenario } from "../scenario.js"

interface Way {
  readonly name: string
  readonly way: "bytes" | "parse" | "stream" | "list"
  readonly nodeOptions?: ReadonlyArray<string>
  readonly bound?: { readonly speedRatio: number; readonly peakMB: number }
}

const whole: Way = { name: "undici.Pool and JSON.parse, whole", way: "parse" }

const ways: ReadonlyArray<Way> = [
  { name: "undici.Pool, bytes discarded", way: "bytes" },
  whole,
  { name: "AdminAccounts.stream", way: "stream" },
  {
    name: "AdminAccounts.stream, --max-semi-space-size=4",
    way: "stream",
    nodeOptions: ["--max-semi-space-size=4"],
    bound: { speedRatio: 0.5, peakMB: 150 }
  },
  { name: "AdminAccounts.list", way: "list" }
]

export const list: Scenario = async ({ size }) => {
  const accounts = size === "quick" ? 100_000 : 1_000_000
  const rounds = 3
  const server = await processes.server(accounts)
  const measured = new Map(ways.map(({ name }) => [name, [] as Array<processes.Ran>]))
  for (let round = 0; round < rounds; round++) {
    for (const { name, nodeOptions, way } of ways) {
      measured.get(name)?.push(await processes.ran("listProcess", [way, server.url], nodeOptions))
    }
  }
  server.close()
  const base = measured.get(whole.name) ?? []
  const figures = ways.map((way) => {
    const all = measured.get(way.name) ?? []
    return {
      ...way,
      accounts: median(all.map(({ count }) => count)),
      seconds: median(all.map(({ millis }) => millis)) / 1000,
      peakMiB: Math.max(...all.map(({ peakMiB }) => peakMiB)),
      speedRatio: medianRatio(base, all, ({ millis }) => millis)
    }
  })
  return {
    figures,
    tables: [
      {
        title: `The list of ${accounts.toLocaleString("en")} accounts (${rounds} rounds)`,
        columns: ["way", "accounts read", "seconds", "of JSON.parse", "peak memory MiB", "bound"],
        rows: figures.map(({ accounts, bound, name, peakMiB, seconds, speedRatio }) => [
          name,
          accounts.toLocaleString("en"),
          seconds.toFixed(1),
          speedRatio.toFixed(2),
          peakMiB.toFixed(0),
          bound === undefined
            ? ""
            : `≥ ${bound.speedRatio}, ≤ ${bound.peakMB} MB: ${verdict(speedRatio >= bound.speedRatio && peakMiB * 1.048576 <= bound.peakMB)}`
        ])
      }
    ]
  }
}
