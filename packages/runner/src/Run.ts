/**
 * A run is one execution of a flow: its id, parameters, start and progress.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import { sha256 } from "js-sha256"

/**
 * The id to resume a run by: up to 100 letters, digits, dots, dashes and underscores, starting with
 * a letter or digit. It can be typed, used as a file name and pasted into a shell unquoted.
 *
 * @since 0.1.0
 * @category schemas
 */
export const RunId = Schema.String.pipe(
  Schema.pattern(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, {
    message: () => "a run id is 1 to 100 letters, digits, dots, dashes and underscores, starting with a letter or digit"
  }),
  Schema.brand("RunId")
)

/**
 * The id of a run.
 *
 * @since 0.1.0
 * @category models
 */
export type RunId = typeof RunId.Type

const rollbackMark = ".undo"

const longestRunId = 100

/** Hexadecimal digits of the id's SHA-256, enough to keep ids distinct. */
const digestLength = 32

const shortened = (runId: RunId) => {
  const digest = sha256(runId).slice(0, digestLength)
  return `${runId.slice(0, longestRunId - rollbackMark.length - digestLength - 1)}.${digest}`
}

/**
 * Returns the id of the run that rolls back an all-or-nothing run. A store deletes both together.
 *
 * @example
 * ```ts
 * import { Run } from "@effect-glowmarkt/runner"
 *
 * const rollback = Run.rollbackRunId(Run.RunId.make("block-c"))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const rollbackRunId = (runId: RunId): RunId =>
  RunId.make(`${runId.length + rollbackMark.length <= longestRunId ? runId : shortened(runId)}${rollbackMark}`)

const alphabet = "abcdefghjkmnpqrstuvwxyz23456789"

/**
 * Makes a run id from the flow's name and the current time, so that ids sort by age:
 * `statusAudit-20260314T091500-k3xq`.
 *
 * @example
 * ```ts
 * import { Run } from "@effect-glowmarkt/runner"
 * import { Console, Effect } from "effect"
 *
 * const program = Effect.flatMap(Run.makeRunId("statusAudit"), Console.log)
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const makeRunId = Effect.fnUntraced(function* (flow: string) {
  const now = yield* DateTime.now
  const stamp = DateTime.formatIso(now).slice(0, 19).replaceAll("-", "").replaceAll(":", "")
  let tail = ""
  for (let i = 0; i < 4; i++) {
    tail += alphabet.charAt(yield* Random.nextIntBetween(0, alphabet.length))
  }
  return RunId.make(`${flow}-${stamp}-${tail}`)
})

/**
 * A stored run.
 *
 * - `startedAt` does not change when the run is resumed. A flow compares instants with `startedAt`
 *   instead of the current time, so that a resumed run has the same results as an uninterrupted
 *   one.
 * - `parameters` are the flow's parameters as JSON.
 * - `total` is absent until all subjects are listed.
 * - `recorded` is the number of subjects with a result.
 * - `finishedAt` is absent until every subject has a result.
 *
 * @since 0.1.0
 * @category models
 */
export class Run extends Schema.Class<Run>("@effect-glowmarkt/runner/Run")({
  runId: RunId,
  flow: Schema.String,
  parameters: Schema.Record({ key: Schema.String, value: Schema.Unknown }),
  startedAt: Schema.DateTimeUtc,
  finishedAt: Schema.optionalWith(Schema.DateTimeUtc, { exact: true }),
  total: Schema.optionalWith(Schema.NonNegativeInt, { exact: true }),
  recorded: Schema.NonNegativeInt
}) {}

/**
 * The store has no run with this id.
 *
 * @since 0.1.0
 * @category errors
 */
export class RunNotFound extends Schema.TaggedError<RunNotFound>("@effect-glowmarkt/runner/RunNotFound")(
  "RunNotFound",
  { runId: RunId }
) {
  override get message() {
    return `Run "${this.runId}" not found in this store`
  }
}

/**
 * The run is not finished, so its results are incomplete.
 *
 * @since 0.1.0
 * @category errors
 */
export class RunUnfinished extends Schema.TaggedError<RunUnfinished>("@effect-glowmarkt/runner/RunUnfinished")(
  "RunUnfinished",
  { runId: RunId, recorded: Schema.NonNegativeInt, total: Schema.optionalWith(Schema.NonNegativeInt, { exact: true }) }
) {
  /** Makes the error for this run. */
  static of({ recorded, runId, total }: Run): RunUnfinished {
    return new RunUnfinished({ runId, recorded, ...(total === undefined ? {} : { total }) })
  }

  override get message() {
    const state =
      this.total === undefined ? "its subjects are not listed yet" : `${this.recorded} of ${this.total} are done`
    return `Run "${this.runId}" is not finished: ${state}. Resume it first`
  }
}

// The message cuts longer values, because a parameter may be a list of ten thousand ids.
const maxShownLength = 200

const shown = (value: unknown): string => {
  const text = value === undefined ? "not set" : JSON.stringify(value)
  return text.length > maxShownLength ? `${text.slice(0, maxShownLength)}…` : text
}

/**
 * The run was started with other parameters, or belongs to another flow. `differences` has the
 * stored and the requested value of each parameter.
 *
 * @since 0.1.0
 * @category errors
 */
export class RunMismatch extends Schema.TaggedError<RunMismatch>("@effect-glowmarkt/runner/RunMismatch")(
  "RunMismatch",
  {
    runId: RunId,
    differences: Schema.NonEmptyArray(
      Schema.Struct({ name: Schema.String, stored: Schema.Unknown, requested: Schema.Unknown })
    )
  }
) {
  override get message() {
    const differences = this.differences.map(({ name, requested, stored }) =>
      name === "flow"
        ? `it belongs to flow ${shown(stored)}, not ${shown(requested)}`
        : `${name} was ${shown(stored)}, now ${shown(requested)}`
    )
    return `Run "${this.runId}" was started with other parameters: ${differences.join("; ")}. Use the same parameters, or another run id`
  }
}
