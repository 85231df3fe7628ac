/**
 * Measures a complete audit (list, statuses, findings, totals), or only the same requests.
 *
 *   auditProcess.ts raw|memory|sqlite URL
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Undici from "@effect/platform-node/Undici"
import { AdminAccounts, AppKeys, GlowmarktClient } from "@effect-glowmarkt/core"
import { NodeTransport } from "@effect-glowmarkt/core/node"
import { Run, RunStore, StatusAudit } from "@effect-glowmarkt/runner"
import * as SqliteRunStore from "@effect-glowmarkt/runner/SqliteRunStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { measure } from "./measure.js"

const [, , way = "", url = ""] = process.argv

const concurrency = 32

const raw = async () => {
  const { origin, pathname } = new URL(url)
  const pool = new Undici.Pool(origin, { connections: 64 })
  const read = async (path: string): Promise<unknown> => {
    const { body } = await pool.request({ path: pathname + path, method: "GET" })
    return JSON.parse(Buffer.from(await body.arrayBuffer()).toString())
  }
  const list = await read("/account")
  if (!Array.isArray(list)) throw new Error("the response is not a list")
  let next = 0
  const chain = async () => {
    while (next < list.length) await read(`/account/${list[next++].accountId}/status`)
  }
  await Promise.all(Array.from({ length: concurrency }, chain))
  return list.length
}

const audited = (engine: "memory" | "sqlite") => async () => {
  const directory = mkdtempSync(join(tmpdir(), "glowmarkt-bench-"))
  const layer = Layer.merge(
    AdminAccounts.layer.pipe(
      Layer.provide(AppKeys.layer({ key: "app", secret: Redacted.make("app-secret") })),
      Layer.provide(GlowmarktClient.layer({ baseUrl: url, maxBodyBytes: Number.POSITIVE_INFINITY })),
      Layer.provide(NodeTransport.layer())
    ),
    engine === "memory" ? RunStore.layerMemory : SqliteRunStore.layer(join(directory, "runs.db"))
  )
  const summary = await Effect.runPromise(
    Effect.provide(
      StatusAudit.run({
        runId: Run.RunId.make("bench"),
        concurrency,
        // A rate limit would dominate the measurement.
        rate: "unlimited"
      }),
      layer
    )
  )
  rmSync(directory, { recursive: true, force: true })
  return summary.total
}

const ways = new Map<string, () => Promise<number>>([
  ["raw", raw],
  ["memory", audited("memory")],
  ["sqlite", audited("sqlite")]
])

process.send?.(await measure(async () => ways.get(way)?.()))
process.exit()
