/** The results of a scenario with their bounds, as a table or as one line of JSON. */
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

export const number = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 })

const marks = { kept: "ok", missed: "MISSED", none: "" }

const table = (title: string, figures: ReadonlyArray<Figure>): string => {
  const rows = figures.map(({ bound, name, value, verdict }) => [name, value, bound, marks[verdict]])
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map(
    (row) =>
      `  ${row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd()}`
  )
  return [title, ...lines, ""].join("\n")
}

/** Prints the figures. Returns whether all bounds were met. */
export const print = (scenario: string, figures: ReadonlyArray<Figure>, form: "table" | "json") => {
  const kept = figures.every(({ verdict }) => verdict !== "missed")
  return Effect.as(
    Console.log(form === "json" ? JSON.stringify({ scenario, kept, figures }) : table(scenario, figures)),
    kept
  )
}
