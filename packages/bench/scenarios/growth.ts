/** Time and peak memory of an audit by the number of accounts. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Plot from "@observablehq/plot"
import { parseHTML } from "linkedom"
import * as processes from "../processes.js"
import type { Scenario } from "../scenario.js"

const engines = ["memory", "sqlite"] as const

interface Point {
  readonly engine: (typeof engines)[number]
  readonly accounts: number
  readonly seconds: number
  readonly peakMiB: number
}

const chart = (points: ReadonlyArray<Point>, y: "seconds" | "peakMiB", label: string): string => {
  const { document } = parseHTML("<html><body></body></html>")
  const lines = Plot.plot({
    document,
    width: 480,
    height: 300,
    marginLeft: 56,
    grid: true,
    x: { type: "log", label: "accounts", tickFormat: "~s" },
    y: { ...(y === "seconds" ? { type: "log" as const } : { zero: true }), label },
    marks: [
      Plot.lineY(points, { x: "accounts", y, stroke: "engine", marker: "circle" }),
      Plot.text(
        points,
        Plot.selectLast({ x: "accounts", y, z: "engine", text: "engine", fill: "engine", dy: -12, textAnchor: "end" })
      )
    ]
  })
  lines.setAttribute("xmlns", "http://www.w3.org/2000/svg")
  return lines.outerHTML
}

const documentation = join(import.meta.dirname, "../../../docs")

export const growth: Scenario = async ({ upTo }) => {
  const points: Array<Point> = []
  for (const accounts of [1_000, 10_000, 100_000, 1_000_000].filter((count) => count <= upTo)) {
    const server = await processes.server(accounts)
    for (const engine of engines) {
      const { millis, peakMiB } = await processes.ran("auditProcess", [engine, server.url])
      points.push({ engine, accounts, seconds: millis / 1000, peakMiB })
    }
    server.close()
  }
  writeFileSync(join(documentation, "growth-time.svg"), chart(points, "seconds", "seconds"))
  writeFileSync(join(documentation, "growth-memory.svg"), chart(points, "peakMiB", "peak memory, MiB"))
  return {
    figures: points,
    tables: [
      {
        title: "Audits by number of accounts",
        columns: ["accounts", "store", "seconds", "accounts/s", "peak memory MiB"],
        rows: points.map(({ accounts, engine, peakMiB, seconds }) => [
          accounts.toLocaleString("en"),
          engine,
          seconds.toFixed(1),
          (accounts / seconds).toFixed(0),
          peakMiB.toFixed(0)
        ])
      }
    ]
  }
}
