import type { Table } from "./figures.js"

export interface Settings {
  readonly size: "quick" | "full"
  /** The largest number of accounts in the benchmark `growth`. */
  readonly upTo: number
}

export type Scenario = (settings: Settings) => Promise<{
  readonly figures: unknown
  readonly tables: ReadonlyArray<Table>
}>
