/**
 * What became of the rows of a plan: how many of each, and the first of those that did not come to the wanted end.
 *
 * @since 0.1.0
 */
import type { ApplyResult } from "@effect-glowmarkt/runner"
import * as Stream from "effect/Stream"
import * as TroubleList from "../../terminal/TroubleList.js"

/**
 * How a row ended. Of those that were left alone some were so already, and others should not be touched.
 *
 * @since 0.1.0
 * @category models
 */
export type Kind = "made" | "sent" | "found" | "reached" | "missed" | "failed" | "unprocessed"

/**
 * @since 0.1.0
 * @category models
 */
export interface Tally {
  readonly counts: Readonly<Record<Kind, number>>
  /** The first of them. */
  readonly troubled: ReadonlyArray<ApplyResult.Row>
}

/**
 * @since 0.1.0
 * @category models
 */
export const troubles: ReadonlyArray<Kind> = ["missed", "failed", "unprocessed"]

/**
 * @since 0.1.0
 * @category decisions
 */
export const kindOf = ({ result }: ApplyResult.Row): Kind => {
  switch (result?._tag) {
    case "Done":
      return result.change
    case "Skipped":
      return result.end
    case "Failed":
      return "failed"
    case undefined:
      return "unprocessed"
  }
}

/**
 * Why it did not come to the wanted end.
 *
 * @since 0.1.0
 * @category rendering
 */
export const why = ({ result }: ApplyResult.Row): string => {
  switch (result?._tag) {
    case "Done":
      return ""
    case "Skipped":
      return result.reason
    case "Failed":
      return `${result.message}${result.mayHaveBeenApplied ? " The change may have been made all the same." : ""}`
    case undefined:
      return "not tried yet"
  }
}

const nothing: Tally = {
  counts: { made: 0, sent: 0, found: 0, reached: 0, missed: 0, failed: 0, unprocessed: 0 },
  troubled: []
}

const add = ({ counts, troubled }: Tally, row: ApplyResult.Row): Tally => {
  const kind = kindOf(row)
  return {
    counts: { ...counts, [kind]: counts[kind] + 1 },
    troubled: troubles.includes(kind) && troubled.length < TroubleList.most ? [...troubled, row] : troubled
  }
}

/**
 * How many rows did not come to the wanted end.
 *
 * @since 0.1.0
 * @category decisions
 */
export const troubledRows = ({ counts }: Tally): number => troubles.reduce((sum, kind) => sum + counts[kind], 0)

/**
 * @since 0.1.0
 * @category constructors
 */
export const of = <E, R>(rows: Stream.Stream<ApplyResult.Row, E, R>) => Stream.runFold(rows, nothing, add)
