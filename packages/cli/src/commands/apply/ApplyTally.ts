/**
 * Counts the outcomes of a plan's rows, and keeps the first rows that were not completed.
 *
 * @since 0.1.0
 */
import type { ApplyResult } from "@effect-glowmarkt/runner"
import * as Stream from "effect/Stream"
import * as RowProblems from "../../terminal/RowProblems.js"

/**
 * The outcome of a row. `reached` and `missed` are skipped rows: the first had nothing to do, the
 * second were refused.
 *
 * @since 0.1.0
 * @category models
 */
export type Kind = "made" | "sent" | "found" | "reached" | "missed" | "failed" | "unprocessed"

/**
 * @since 0.1.0
 * @category models
 */
export interface ApplyTally {
  readonly counts: Readonly<Record<Kind, number>>
  /** The first {@link RowProblems.maxShown}. */
  readonly incomplete: ReadonlyArray<ApplyResult.Row>
}

const incompleteKinds: ReadonlyArray<Kind> = ["missed", "failed", "unprocessed"]

/**
 * @since 0.1.0
 * @category combinators
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
 * Explains why a row was not completed.
 *
 * @since 0.1.0
 * @category reports
 */
export const reason = ({ result }: ApplyResult.Row): string => {
  switch (result?._tag) {
    case "Done":
      return ""
    case "Skipped":
      return result.reason
    case "Failed":
      return `${result.message}${result.mayHaveBeenApplied ? " The change may have been made anyway." : ""}`
    case undefined:
      return "not tried yet"
  }
}

const empty: ApplyTally = {
  counts: { made: 0, sent: 0, found: 0, reached: 0, missed: 0, failed: 0, unprocessed: 0 },
  incomplete: []
}

const add = ({ counts, incomplete }: ApplyTally, row: ApplyResult.Row): ApplyTally => {
  const kind = kindOf(row)
  return {
    counts: { ...counts, [kind]: counts[kind] + 1 },
    incomplete:
      incompleteKinds.includes(kind) && incomplete.length < RowProblems.maxShown ? [...incomplete, row] : incomplete
  }
}

/**
 * Returns the number of rows that were not completed.
 *
 * @since 0.1.0
 * @category combinators
 */
export const incompleteCount = ({ counts }: ApplyTally): number =>
  incompleteKinds.reduce((sum, kind) => sum + counts[kind], 0)

/**
 * @since 0.1.0
 * @category constructors
 */
export const fromRows = <E, R>(rows: Stream.Stream<ApplyResult.Row, E, R>) => Stream.runFold(rows, empty, add)
