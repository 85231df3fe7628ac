/**
 * The results of applying a plan: one per subject, and a summary.
 *
 * @since 0.1.0
 */
import { escape } from "@effect-glowmarkt/core/VisibleText"
import type * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"
import type { Outcome } from "./Outcome.js"
import type * as Plan from "./Plan.js"
import { RunId } from "./Run.js"

/**
 * A field whose value changed after the plan was made.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Difference = Schema.Struct({ field: Schema.String, planned: Schema.Unknown, found: Schema.Unknown })

/**
 * The result for one subject.
 *
 * - `Done`: the subject is in the wanted state, and `read` is its last known state. `made`: the run
 *   made and verified the change. `sent`: the provider accepted the change, but it cannot be read
 *   back. `found`: the subject was already in the wanted state.
 * - `Skipped`: nothing was written. `reached`: the subject was already in the wanted state.
 *   `missed`: the subject is not in the wanted state.
 * - `Failed`: the change failed. `mayHaveBeenApplied` says whether it may have taken effect anyway.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Result = Schema.Union(
  Schema.TaggedStruct("Done", {
    read: Schema.Record({ key: Schema.String, value: Schema.Unknown }),
    change: Schema.Literal("made", "sent", "found")
  }),
  Schema.TaggedStruct("Skipped", {
    reason: Schema.String,
    end: Schema.Literal("reached", "missed"),
    differences: Schema.optionalWith(Schema.NonEmptyArray(Difference), { exact: true })
  }),
  Schema.TaggedStruct("Failed", { kind: Schema.String, message: Schema.String, mayHaveBeenApplied: Schema.Boolean })
)

/**
 * The result for one subject.
 *
 * @since 0.1.0
 * @category models
 */
export type Result = typeof Result.Type

/**
 * The summary of a run that applied a plan. The counts of the four outcomes add up to `total`.
 *
 * @since 0.1.0
 * @category models
 */
export class Summary extends Schema.Class<Summary>("@effect-glowmarkt/runner/ApplyResult/Summary")({
  runId: RunId,
  flow: Schema.String,
  plan: Schema.String,
  startedAt: Schema.DateTimeUtc,
  finishedAt: Schema.DateTimeUtc,
  total: Schema.NonNegativeInt,
  done: Schema.NonNegativeInt,
  skipped: Schema.NonNegativeInt,
  failed: Schema.NonNegativeInt,
  unprocessed: Schema.NonNegativeInt
}) {}

const targetNames: Readonly<Record<string, string>> = { applicationId: "application", origin: "server" }

/**
 * The plan was made for another flow, server or application. Nothing was changed.
 *
 * @since 0.1.0
 * @category errors
 */
export class PlanMismatch extends Schema.TaggedError<PlanMismatch>("@effect-glowmarkt/runner/PlanMismatch")(
  "PlanMismatch",
  { differences: Schema.NonEmptyArray(Difference) }
) {
  override get message() {
    const differences = this.differences.map(({ field, found, planned }) => {
      const name = targetNames[field] ?? field
      const plan = planned === undefined ? `an unrecorded ${name}` : `${name} ${escape(String(planned))}`
      return `${plan}, but you are ${field === "flow" ? "running" : "connected to"} ${escape(String(found))}`
    })
    return `This plan is for ${differences.join("; and for ")}. Nothing was changed`
  }
}

/**
 * The run stopped before its plan was stored. Apply the plan again with this run id.
 *
 * @since 0.1.0
 * @category errors
 */
export class PlanNeeded extends Schema.TaggedError<PlanNeeded>("@effect-glowmarkt/runner/PlanNeeded")("PlanNeeded", {
  runId: RunId
}) {
  override get message() {
    return `Run "${this.runId}" stopped before its plan was stored. Apply the plan again with this run id`
  }
}

/**
 * A stored run that applies a plan.
 *
 * - `plan`, `target`, `parameters` and `counts` come from the plan's header.
 * - `recorded` counts the subjects with a result. `remaining` counts the changes without one: the
 *   number a consent to resume must name.
 *
 * @since 0.1.0
 * @category models
 */
export interface PlanRun {
  readonly runId: RunId
  readonly flow: string
  readonly plan: string
  readonly target: Plan.Target
  readonly parameters: Readonly<Record<string, unknown>>
  readonly counts: Plan.Counts
  readonly startedAt: DateTime.Utc
  /** Absent until every subject has its result. */
  readonly finishedAt?: DateTime.Utc
  readonly recorded: number
  readonly remaining: number
}

/**
 * One subject of a run and its result.
 *
 * @since 0.1.0
 * @category models
 */
export interface Row {
  readonly key: string
  readonly will: string
  readonly line?: number
  readonly cells: Readonly<Record<string, string>>
  readonly outcome: Outcome
  /** Absent while the outcome is `unprocessed`. */
  readonly result?: Result
}
