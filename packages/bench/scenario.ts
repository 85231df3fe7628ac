import type { Table } from "./figures.js"

/**
 * What `bench.ts` runs. Each scenario sets its own number of rounds; `figures.ts` computes the median
 * of their ratios.
 */
export interface Settings {
  readonly size: "quick" | "full"
  /** The largest number of accounts in the benchmark `growth`. */
  readonly upTo: number
}

export type Scenario = (settings: Settings) => Promise<{
  readonly figures: unknown
  readonly tables: ReadonlyArray<Table>
}>
