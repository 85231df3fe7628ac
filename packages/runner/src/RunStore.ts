/**
 * Stores runs, their subjects and their results.
 *
 * Flows use it to record and resume. Programs mostly use `list`, `get`, `rows` and `forget`.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as DateTime from "effect/DateTime"
import type * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import * as memoryStore from "./internal/store/memoryStore.js"
import type { FinalOutcome, Outcome } from "./Outcome.js"
import type { Run, RunId, RunNotFound } from "./Run.js"
import type { RunStoreError } from "./RunStoreError.js"

/**
 * A new run. `parameters` must be JSON.
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
 * A subject without a result. `position` counts from 0 in list order.
 *
 * @since 0.1.0
 * @category models
 */
export interface PendingSubject {
  readonly position: number
  readonly subject: unknown
}

/**
 * A result to record. `result` must be JSON.
 *
 * @since 0.1.0
 * @category models
 */
export interface Result {
  readonly position: number
  readonly outcome: FinalOutcome
  readonly result: unknown
}

/**
 * A subject and its result. `result` is absent while `outcome` is `unprocessed`.
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
 * The number of results with these values in the requested fields. A missing value is `null`.
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
 * - `open` creates a run, or returns the existing one unchanged.
 * - `putSubjects` stores the subjects of a run, in order, and returns their number. A complete list
 *   is left as it is; an incomplete one is replaced.
 * - `pending` returns the subjects from `from` (inclusive) to `to` (exclusive) that have no result.
 * - `record` stores results in one transaction. A subject keeps its first result.
 * - `finish` marks a run as finished, once.
 * - `count` counts the results by the values of some fields. A field is named by its path:
 *   `["problem", "kind"]`.
 * - `note` stores a note on a subject before it is changed, and `notes` returns a subject's notes
 *   in order. See `Journal`. Unpaired surrogates become U+FFFD.
 * - `rows` streams all subjects with their results in order, in pages, so that memory use is
 *   constant.
 * - `forget` deletes a run and overwrites it on disk. A run in progress in this process must have
 *   ended; one in another process makes it fail with `inUse`.
 *
 * `get`, `rows` and `forget` accept ids from users, and fail with `RunNotFound` for an unknown one.
 * The other methods expect an open run. Without it, `pending`, `count` and `notes` return nothing,
 * and writes die with `RunNotFound`.
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
 * A store in memory. Its runs are lost with the layer.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerMemory: Layer.Layer<RunStore> = Layer.sync(RunStore, () => memoryStore.make("in memory"))
