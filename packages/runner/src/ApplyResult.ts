/**
 * What became of a plan: subject by subject, and summed up.
 *
 * @since 0.1.0
 */
import type * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"
import type { Outcome } from "./Outcome.js"
import type * as Plan from "./Plan.js"
import { RunId } from "./Run.js"

/**
 * A difference between what the plan read and what is there now.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Difference = Schema.Struct({ field: Schema.String, planned: Schema.Unknown, found: Schema.Unknown })

/**
 * What became of a subject.
 *
 * - `Done`: the wanted end is there. `read` is what was read last. The run `made` the change and verified it; or `sent` it, where the
 *   provider accepts the change but cannot show it; or `found` the subject as wanted, with nothing left to do.
 * - `Skipped`: left alone, because the wanted end is `reached` and was before, or although it is `missed`.
 * - `Failed`: tried; says whether the change may have been made all the same.
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
 * @since 0.1.0
 * @category models
 */
export type Result = typeof Result.Type

/**
 * What a run of a plan comes to. The four counts add up to `total`.
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

/**
 * The plan is for another flow, server or application than this one. Nothing was done.
 *
 * @since 0.1.0
 * @category errors
 */
export class PlanMismatch extends Schema.TaggedError<PlanMismatch>("@effect-glowmarkt/runner/PlanMismatch")(
  "PlanMismatch",
  { differences: Schema.NonEmptyArray(Difference) }
) {
  override get message() {
    const differences = this.differences.map(
      ({ field, found, planned }) =>
        `its ${field} is ${planned === undefined ? "not said" : JSON.stringify(planned)}, here it is ${JSON.stringify(found)}`
    )
    return `The plan was made for something else: ${differences.join("; ")}. Nothing was done`
  }
}

/**
 * The run was cut off before it had taken in its plan: apply the plan again with this run id.
 *
 * @since 0.1.0
 * @category errors
 */
export class PlanNeeded extends Schema.TaggedError<PlanNeeded>("@effect-glowmarkt/runner/PlanNeeded")("PlanNeeded", {
  runId: RunId
}) {
  override get message() {
    return `Run "${this.runId}" was cut off before it had taken in its plan. Apply the plan again with this run id`
  }
}

/**
 * What a store knows of a run that applies a plan.
 *
 * - `plan`, `target`, `parameters` and `counts` are those of the plan's header.
 * - `recorded` is how many subjects have their result; `remaining` how many changes have not: what a consent to resume is about.
 *
 * @since 0.1.0
 * @category models
 */
export interface Begun {
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
 * A subject of a run with what became of it.
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
  /** Absent while `unprocessed`. */
  readonly result?: Result
}
