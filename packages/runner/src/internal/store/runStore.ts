/** The contract of run stores. */
import type * as DateTime from "effect/DateTime"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { FinalOutcome, Outcome } from "../../Outcome.js"
import type { Run, RunId, RunNotFound } from "../../Run.js"
import type { RunStoreError } from "../../RunStoreError.js"

/**
 * The number of subjects in a page. Stores keep, and runs read, a page at a time.
 *
 * @since 0.1.0
 * @category constants
 */
export const pageSize = 1000

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
 * The service behind the tag `RunStore`.
 *
 * `get`, `rows` and `forget` accept ids from users, and fail with `RunNotFound` for an unknown one.
 * The other methods expect an open run. For an unknown run, `pending`, `count` and `notes` return
 * nothing, and writes die with `RunNotFound`.
 *
 * @since 0.1.0
 * @category models
 */
export interface RunStoreService {
  /** Where the runs are stored, for messages. */
  readonly file: string
  /** Creates a run, or returns the existing one unchanged. */
  readonly open: (run: NewRun) => Effect.Effect<Run, RunStoreError>
  /** Returns a run. */
  readonly get: (runId: RunId) => Effect.Effect<Run, RunNotFound | RunStoreError>
  readonly list: Effect.Effect<ReadonlyArray<Run>, RunStoreError>
  /**
   * Deletes a run and overwrites it on disk. A run in progress in this process must have ended; one
   * in another process makes it fail with `inUse`.
   */
  readonly forget: (runId: RunId) => Effect.Effect<void, RunNotFound | RunStoreError>
  /**
   * Stores the subjects of a run, in order, and returns their number. A complete list is left as it
   * is; an incomplete one is replaced.
   */
  readonly putSubjects: <E, R>(
    runId: RunId,
    subjects: Stream.Stream<unknown, E, R>
  ) => Effect.Effect<number, E | RunStoreError, R>
  /** Returns the subjects from `from` (inclusive) to `to` (exclusive) that have no result. */
  readonly pending: (
    runId: RunId,
    from: number,
    to: number
  ) => Effect.Effect<ReadonlyArray<PendingSubject>, RunStoreError>
  /** Stores results in one transaction. A subject keeps its first result. */
  readonly record: (runId: RunId, results: ReadonlyArray<Result>) => Effect.Effect<void, RunStoreError>
  /** Counts the results by the values of some fields, each named by its path: `["problem", "kind"]`. */
  readonly count: (
    runId: RunId,
    fields: ReadonlyArray<ReadonlyArray<string>>
  ) => Effect.Effect<ReadonlyArray<Counted>, RunStoreError>
  /**
   * Stores a note on a subject before it is changed. See `Journal`. Unpaired surrogates become
   * U+FFFD.
   */
  readonly note: (runId: RunId, subject: string, note: string) => Effect.Effect<void, RunStoreError>
  /** Returns a subject's notes in order. */
  readonly notes: (runId: RunId, subject: string) => Effect.Effect<ReadonlyArray<string>, RunStoreError>
  /** Marks a run as finished, once. */
  readonly finish: (runId: RunId, at: DateTime.Utc) => Effect.Effect<void, RunStoreError>
  /** Streams all subjects with their results in order, in pages, so that memory use is constant. */
  readonly rows: (runId: RunId) => Stream.Stream<StoredRow, RunNotFound | RunStoreError>
}

/** Replaces unpaired surrogates with U+FFFD, because they cannot be stored. */
export const toWellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, "\uFFFD")
