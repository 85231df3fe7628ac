/**
 * Where runs, their subjects and their results are kept.
 *
 * The engines provide it; flows use it. Programs mostly want `list`, `get`,
 * `rows` and `forget`.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as DateTime from "effect/DateTime"
import type * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import * as memoryStore from "./internal/store/memoryStore.js"
import type { Outcome, Settled } from "./Outcome.js"
import type { Run, RunId, RunNotFound } from "./Run.js"
import type { RunStoreError } from "./RunStoreError.js"

/**
 * What a new run is made of. `parameters` must be JSON.
 *
 * @since 0.1.0
 * @category models
 */
export interface NewRun {
  readonly runId: RunId
  readonly flow: string
  readonly parameters: Readonly<Record<string, unknown>>
  readonly startedAt: DateTime.Utc
}

/**
 * A subject without a result yet. `position` counts from 0 in the order of listing.
 *
 * @since 0.1.0
 * @category models
 */
export interface PendingSubject {
  readonly position: number
  readonly subject: unknown
}

/**
 * A result on its way into the store; `result` must be JSON.
 *
 * @since 0.1.0
 * @category models
 */
export interface Result {
  readonly position: number
  readonly outcome: Settled
  readonly result: unknown
}

/**
 * A subject with what became of it; `result` is absent while `outcome` is `unprocessed`.
 *
 * @since 0.1.0
 * @category models
 */
export interface StoredRow {
  readonly position: number
  readonly subject: unknown
  readonly outcome: Outcome
  readonly result?: unknown
}

/**
 * How many results have these values in the fields that were asked for. Where there is nothing, the value is `null`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Counted {
  readonly values: ReadonlyArray<unknown>
  readonly count: number
}

/**
 * The store of runs.
 *
 * - `open` returns the run of that id, creating it when there is none; an existing one is returned as recorded.
 * - `putSubjects` lists the subjects of a run once: it stores the stream in order and returns how many there are.
 *   A run whose subjects are all there is left alone; a listing that broke off starts over.
 * - `pending` are the subjects at `from` (inclusive) to `to` (exclusive) that have no result.
 * - `record` stores results in one transaction. A subject keeps its first result.
 * - `finish` notes the end of a run, once.
 * - `count` says how many results there are of each combination of values of some fields. A field is named by its
 *   path: `["problem", "kind"]`.
 * - `note` keeps a remark on a subject before something is done to it; `notes` are those of a subject, in order. See `Journal`. They are
 *   Unicode: half of a surrogate pair becomes U+FFFD.
 * - `rows` streams all subjects with their results in order, a page at a time, so memory does not grow with their number.
 * - `forget` deletes a run with all that belongs to it, and overwrites it on the disk. A run that is under way in this process must have
 *   ended; in another one it is `inUse`.
 *
 * `get`, `rows` and `forget` are for ids that somebody typed: without such a run they fail with `RunNotFound`. The others are for whoever
 * opened the run. Without it `pending`, `count` and `notes` find nothing, and whatever would write is a defect: `RunNotFound`, too.
 *
 * @since 0.1.0
 * @category services
 */
export class RunStore extends Context.Tag("@effect-glowmarkt/runner/RunStore")<
  RunStore,
  {
    readonly file: string
    readonly open: (run: NewRun) => Effect.Effect<Run, RunStoreError>
    readonly get: (runId: RunId) => Effect.Effect<Run, RunNotFound | RunStoreError>
    readonly list: Effect.Effect<ReadonlyArray<Run>, RunStoreError>
    readonly forget: (runId: RunId) => Effect.Effect<void, RunNotFound | RunStoreError>
    readonly putSubjects: <E, R>(
      runId: RunId,
      subjects: Stream.Stream<unknown, E, R>
    ) => Effect.Effect<number, E | RunStoreError, R>
    readonly pending: (
      runId: RunId,
      from: number,
      to: number
    ) => Effect.Effect<ReadonlyArray<PendingSubject>, RunStoreError>
    readonly record: (runId: RunId, results: ReadonlyArray<Result>) => Effect.Effect<void, RunStoreError>
    readonly count: (
      runId: RunId,
      fields: ReadonlyArray<ReadonlyArray<string>>
    ) => Effect.Effect<ReadonlyArray<Counted>, RunStoreError>
    readonly note: (runId: RunId, subject: string, note: string) => Effect.Effect<void, RunStoreError>
    readonly notes: (runId: RunId, subject: string) => Effect.Effect<ReadonlyArray<string>, RunStoreError>
    readonly finish: (runId: RunId, at: DateTime.Utc) => Effect.Effect<void, RunStoreError>
    readonly rows: (runId: RunId) => Stream.Stream<StoredRow, RunNotFound | RunStoreError>
  }
>() {}

/**
 * The store in the memory of this process: its runs end with the layer.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerMemory: Layer.Layer<RunStore> = Layer.sync(RunStore, () => memoryStore.make("in memory"))
