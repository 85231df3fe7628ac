/** What a scenario comes to: lines of a table, each with its bound. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"

export interface Figure {
  readonly name: string
  readonly value: string
  readonly bound: string
  readonly verdict: "kept" | "missed" | "none"
}

export const bounded = (name: string, value: string, [bound, kept]: readonly [string, boolean]): Figure => ({
  name,
  value,
  bound,
  verdict: kept ? "kept" : "missed"
})

export const plain = (name: string, value: string): Figure => ({ name, value, bound: "", verdict: "none" })

const marks = { kept: "ok", missed: "MISSED", none: "" }

export const print = (title: string, figures: ReadonlyArray<Figure>) => {
  const rows = figures.map(({ bound, name, value, verdict }) => [name, value, bound, marks[verdict]])
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map(
    (row) =>
      `  ${row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd()}`
  )
  return Effect.as(
    Console.log([title, ...lines, ""].join("\n")),
    figures.every(({ verdict }) => verdict !== "missed")
  )
}
