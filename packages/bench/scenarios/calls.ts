/** One operation, `GET /account/{accountId}/status`, 32 calls at a time, by every client. */
import { median, verdict } from "../figures.js"
import { bundled, isAvailable } from "../generated.js"
import type { Name } from "../peers.js"
import * as processes from "../processes.js"
import type { Scenario } from "../scenario.js"

const names: ReadonlyArray<Name> = [
  "undici.Pool",
  "ours, our transport",
  "ours, our transport, spans",
  "ours, layerUndici",
  "ours, fetch",
  "HttpApiClient, layerUndici",
  "fetch",
  "openapi-fetch",
  "@hey-api/openapi-ts",
  "ky",
  "axios"
]

const raw: Name = "undici.Pool"

const bounds: Partial<Record<Name, { readonly throughput: number; readonly cpu: number }>> = {
  "ours, our transport": { throughput: 0.7, cpu: 1.5 },
  "ours, our transport, spans": { throughput: 0.4, cpu: Number.POSITIVE_INFINITY }
}

export const calls: Scenario = async ({ size }) => {
  const rounds = size === "quick" ? 5 : 15
  // About a second each, whatever the client: enough for its garbage to be collected.
  const aRound = { fast: size === "quick" ? 8_000 : 20_000, slow: size === "quick" ? 1_500 : 4_000 }
  const generated = isAvailable() ? await bundled() : undefined
  const server = await processes.server(1)
  const clients: Array<processes.Client> = []
  for (const name of names) {
    if (name !== "@hey-api/openapi-ts" || generated !== undefined) {
      clients.push(await processes.client(name, server.url, generated))
    }
  }
  const isFast = (name: string) => name === raw || name.startsWith("ours, our")
  const once = async (client: processes.Client) => {
    const count = isFast(client.name) ? aRound.fast : aRound.slow
    const { cpuMicros, millis } = await client.calls(count)
    return { perSecond: (count / millis) * 1000, cpuMicros: cpuMicros / count }
  }
  // Warm, each of them: what is compiled first is no argument.
  for (const client of clients) for (let turn = 0; turn < 2; turn++) await once(client)
  const measured = new Map(
    clients.map(({ name }) => [name, [] as Array<{ readonly perSecond: number; readonly cpuMicros: number }>])
  )
  for (let round = 0; round < rounds; round++) {
    for (const client of clients) measured.get(client.name)?.push(await once(client))
  }
  for (const { close } of clients) close()
  server.close()

  const base = measured.get(raw) ?? []
  const figures = [...measured].map(([name, all]) => ({
    name,
    perSecond: median(all.map(({ perSecond }) => perSecond)),
    cpuMicros: median(all.map(({ cpuMicros }) => cpuMicros)),
    throughputRatio: median(all.map(({ perSecond }, round) => perSecond / (base[round]?.perSecond ?? Number.NaN))),
    cpuRatio: median(all.map(({ cpuMicros }, round) => cpuMicros / (base[round]?.cpuMicros ?? Number.NaN)))
  }))
  const ours = figures.find(({ name }) => name === "ours, our transport")?.throughputRatio ?? Number.NaN
  const bound = (name: string, throughput: number, cpu: number) => {
    const wanted = new Map(Object.entries(bounds)).get(name)
    if (wanted !== undefined) {
      const limit = Number.isFinite(wanted.cpu) ? `, CPU ≤ ${wanted.cpu}` : ""
      return `≥ ${wanted.throughput}${limit}: ${verdict(throughput >= wanted.throughput && cpu <= wanted.cpu)}`
    }
    return ["openapi-fetch", "@hey-api/openapi-ts", "ky"].includes(name)
      ? `ours ≥ 4×: ${verdict(ours / throughput >= 4)}`
      : ""
  }
  return {
    figures: { rounds, ...aRound, clients: figures },
    tables: [
      {
        title: `One call, 32 at a time (${rounds} rounds)`,
        columns: ["client", "calls/s", "of undici.Pool", "CPU µs/call", "× undici.Pool", "ours is", "bound"],
        rows: figures.map(({ cpuMicros, cpuRatio, name, perSecond, throughputRatio }) => [
          name,
          String(Math.round(perSecond)),
          throughputRatio.toFixed(2),
          cpuMicros.toFixed(0),
          cpuRatio.toFixed(2),
          `${(ours / throughputRatio).toFixed(1)}×`,
          bound(name, throughputRatio, cpuRatio)
        ])
      }
    ]
  }
}
