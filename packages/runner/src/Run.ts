/**
 * One execution of a flow: its id, its parameters, when it began, how far it got.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import { sha256 } from "js-sha256"

/**
 * The name a run is resumed by: up to 100 letters, digits, dots, dashes and
 * underscores, beginning with a letter or digit, so that it can be typed, put into
 * a file name and pasted into a shell as it is.
 *
 * @since 0.1.0
 * @category schemas
 */
export const RunId = Schema.String.pipe(
  Schema.pattern(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, {
    message: () =>
      "a run id is 1 to 100 letters, digits, dots, dashes and underscores, beginning with a letter or digit"
  }),
  Schema.brand("RunId")
)

/**
 * @since 0.1.0
 * @category models
 */
export type RunId = typeof RunId.Type

const rollbackMark = ".undo"

const longestRunId = 100

/** Hexadecimal digits of the id's SHA-256: enough that no two ids share them. */
const digestLength = 32

const shortened = (runId: RunId) => {
  const digest = sha256(runId).slice(0, digestLength)
  return `${runId.slice(0, longestRunId - rollbackMark.length - digestLength - 1)}.${digest}`
}

/**
 * The id of the run that takes back what an all-or-nothing run did. A store deletes both together.
 *
 * @since 0.1.0
 * @category constructors
 */
export const rollbackRunId = (runId: RunId): RunId =>
  RunId.make(`${runId.length + rollbackMark.length <= longestRunId ? runId : shortened(runId)}${rollbackMark}`)

const alphabet = "abcdefghjkmnpqrstuvwxyz23456789"

/**
 * A new run id that begins with the flow's name and the present second, so that ids sort by age:
 * `statusAudit-20260314T091500-k3xq`.
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
 * A run as the store knows it.
 *
 * - `startedAt` is the instant the run first began and does not change when it
 *   is resumed: whatever a flow compares with "now" it compares with this, so a
 *   resumed run gives the result an undisturbed one would have given.
 * - `parameters` are the flow's parameters as JSON.
 * - `total` is absent until all subjects are listed.
 * - `recorded` is how many subjects have their result.
 * - `finishedAt` is absent until every subject has its result.
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
 * There is no run of that id in this store.
 *
 * @since 0.1.0
 * @category errors
 */
export class RunNotFound extends Schema.TaggedError<RunNotFound>("@effect-glowmarkt/runner/RunNotFound")(
  "RunNotFound",
  { runId: RunId }
) {
  override get message() {
    return `There is no run "${this.runId}" in this store`
  }
}

/**
 * The run has not come to its end: what it says of the rest would be wrong.
 *
 * @since 0.1.0
 * @category errors
 */
export class RunUnfinished extends Schema.TaggedError<RunUnfinished>("@effect-glowmarkt/runner/RunUnfinished")(
  "RunUnfinished",
  { runId: RunId, recorded: Schema.NonNegativeInt, total: Schema.optionalWith(Schema.NonNegativeInt, { exact: true }) }
) {
  static of({ recorded, runId, total }: Run): RunUnfinished {
    return new RunUnfinished({ runId, recorded, ...(total === undefined ? {} : { total }) })
  }

  override get message() {
    const came = this.total === undefined ? "its list was not read" : `${this.recorded} of ${this.total} are done`
    return `Run "${this.runId}" is not finished: ${came}. Resume it first`
  }
}

// Ten thousand ids are a parameter, too.
const longest = 200

const shown = (value: unknown): string => {
  const text = value === undefined ? "not said" : JSON.stringify(value)
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}

/**
 * A run of that id was started with other parameters, or belongs to another
 * flow. `differences` names each parameter with the value recorded and the value given.
 *
 * @since 0.1.0
 * @category errors
 */
export class RunMismatch extends Schema.TaggedError<RunMismatch>("@effect-glowmarkt/runner/RunMismatch")(
  "RunMismatch",
  {
    runId: RunId,
    differences: Schema.NonEmptyArray(
      Schema.Struct({ name: Schema.String, recorded: Schema.Unknown, given: Schema.Unknown })
    )
  }
) {
  override get message() {
    const differences = this.differences.map(
      ({ given, name, recorded }) => `${name} was ${shown(recorded)}, now ${shown(given)}`
    )
    return `Run "${this.runId}" was started differently: ${differences.join("; ")}. Resume it as it was started, or use another run id`
  }
}
