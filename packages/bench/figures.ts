/** Medians, ratios and tables. */

export const median = (values: ReadonlyArray<number>): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2
}

/** The median of the rounds' ratios, so that changes in the machine's speed affect both alike. */
export const medianRatio = <A>(
  rounds: ReadonlyArray<A>,
  base: ReadonlyArray<A>,
  figure: (round: A) => number
): number =>
  median(
    rounds.map((round, at) => {
      const other = base[at]
      return other === undefined ? Number.NaN : figure(round) / figure(other)
    })
  )

/** The printed result of a bound. */
export const verdict = (kept: boolean) => (kept ? "kept" : "missed")

export interface Table {
  readonly title: string
  readonly columns: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<string>>
}

/** The table as Markdown, for the documentation. */
export const markdown = ({ columns, rows, title }: Table): string => {
  const widths = columns.map((column, at) => Math.max(column.length, ...rows.map((row) => row[at]?.length ?? 0)))
  const line = (cells: ReadonlyArray<string>) =>
    `| ${cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join(" | ")} |`
  const rule = `| ${widths.map((width, at) => (at === 0 ? "-".repeat(width) : `${"-".repeat(Math.max(1, width - 1))}:`)).join(" | ")} |`
  return [`### ${title}`, "", line(columns), rule, ...rows.map(line), ""].join("\n")
}
