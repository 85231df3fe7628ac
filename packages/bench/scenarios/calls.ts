/** `GET /account/{accountId}/status` with every client, 32 calls concurrently. */
import { median, medianRatio, verdict } from "../figures.js"
import { bundled, isAvailable } from "../generated.js"
import type { Name } from "../peers.js"
import * as processes from "../processes.js"
import type { Scenario } from "../scenario.js"

const names: ReadonlyArray<Name> = [
  "undici.Pool",
  "ours, NodeTransport",
  "ours, NodeTransport, spans",
  "ours, layerUndici",
  "ours, FetchTransport",
  "ours, FetchHttpClient",
  "HttpApiClient, layerUndici",
  "HttpApiClient, fetch",
  "fetch",
  "openapi-fetch",
  "@hey-api/openapi-ts",
  "ky",
  "axios"
]

const raw: Name = "undici.Pool"

interface Bound {
  /** The client to compare with. */
  readonly peer: Name
  /** The minimum ratio of calls per second. */
  readonly throughput: number
  /** The maximum ratio of CPU per call. */
  readonly cpu: number
}

const bounds: ReadonlyArray<readonly [Name, Bound]> = [
  ["ours, NodeTransport", { peer: raw, throughput: 0.84, cpu: 1.5 }],
  ["ours, NodeTransport, spans", { peer: raw, throughput: 0.68, cpu: Number.POSITIVE_INFINITY }],
  ["ours, NodeTransport", { peer: "openapi-fetch", throughput: 5, cpu: 0.25 }],
  ["ours, NodeTransport", { peer: "@hey-api/openapi-ts", throughput: 4, cpu: 0.25 }],
  ["ours, NodeTransport", { peer: "ky", throughput: 4, cpu: 0.25 }],
  ["ours, layerUndici", { peer: "HttpApiClient, layerUndici", throughput: 1, cpu: 1.05 }],
  ["ours, FetchTransport", { peer: "HttpApiClient, fetch", throughput: 1.2, cpu: 0.8 }],
  ["ours, FetchTransport", { peer: "openapi-fetch", throughput: 0.95, cpu: 1.05 }],
  ["ours, FetchHttpClient", { peer: "HttpApiClient, fetch", throughput: 0.9, cpu: 1.2 }]
]

export const calls: Scenario = async ({ size }) => {
  const rounds = size === "quick" ? 5 : 15
  // About a second per client, long enough to include garbage collection.
  const aRound = { fast: size === "quick" ? 8_000 : 20_000, slow: size === "quick" ? 1_500 : 4_000 }
  const generated = isAvailable() ? await bundled() : undefined
  const server = await processes.server(1)
  const clients: Array<processes.Client> = []
  for (const name of names) {
    if (name !== "@hey-api/openapi-ts" || generated !== undefined) {
      clients.push(await processes.client(name, server.url, generated))
    }
  }
  const isFast = (name: string) => name === raw || name.startsWith("ours, NodeTransport")
  const once = async (client: processes.Client) => {
    const count = isFast(client.name) ? aRound.fast : aRound.slow
    const { cpuMicros, millis } = await client.calls(count)
    return { perSecond: (count / millis) * 1000, cpuMicros: cpuMicros / count }
  }
  // Warms up each client.
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
    throughputRatio: medianRatio(all, base, ({ perSecond }) => perSecond),
    cpuRatio: medianRatio(all, base, ({ cpuMicros }) => cpuMicros)
  }))
  const ours = figures.find(({ name }) => name === "ours, NodeTransport")?.throughputRatio ?? Number.NaN
  const bounded = bounds.flatMap(([name, { cpu, peer, throughput }]) => {
    const own = measured.get(name) ?? []
    const other = measured.get(peer)
    if (other === undefined) return []
    const throughputRatio = medianRatio(own, other, ({ perSecond }) => perSecond)
    const cpuRatio = medianRatio(own, other, ({ cpuMicros }) => cpuMicros)
    const limit = Number.isFinite(cpu) ? `, CPU ≤ ${cpu}` : ""
    return [
      {
        name,
        peer,
        throughputRatio,
        cpuRatio,
        bound: `≥ ${throughput}${limit}: ${verdict(throughputRatio >= throughput && cpuRatio <= cpu)}`
      }
    ]
  })
  return {
    figures: { rounds, ...aRound, clients: figures, bounded },
    tables: [
      {
        title: `One call, 32 concurrent (${rounds} rounds)`,
        columns: ["client", "calls/s", "of undici.Pool", "CPU µs/call", "× undici.Pool", "ours is"],
        rows: figures.map(({ cpuMicros, cpuRatio, name, perSecond, throughputRatio }) => [
          name,
          String(Math.round(perSecond)),
          throughputRatio.toFixed(2),
          cpuMicros.toFixed(0),
          cpuRatio.toFixed(2),
          `${(ours / throughputRatio).toFixed(1)}×`
        ])
      },
      {
        title: "Ours compared with a peer, in the same rounds",
        columns: ["client", "compared with", "calls", "CPU", "bound"],
        rows: bounded.map(({ bound, cpuRatio, name, peer, throughputRatio }) => [
          name,
          peer,
          throughputRatio.toFixed(2),
          cpuRatio.toFixed(2),
          bound
        ])
      }
    ]
  }
}
