/**
 * The subjects of a run without a result: those of the current page, and those waiting for a retry.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

export interface PendingSubject<S> {
  readonly position: number
  readonly subject: S
}

/**
 * Returns the subjects page by page, and `None` when there are no more. May wait for the next page.
 */
export interface SubjectSource<S, E> {
  readonly next: Effect.Effect<Option.Option<ReadonlyArray<PendingSubject<S>>>, E>
}

/** A subject and its failures. */
export interface QueuedSubject<S> extends PendingSubject<S> {
  /** Failures while other subjects succeeded; see `failurePolicy.ts`. */
  strikes: number
  /** The number of responses of the run when this subject last failed. */
  answersAtFailure: number
  dueMillis: number
}

/** An end of the current page. */
export type End = "front" | "back"

export interface WorkQueue<S, E> {
  readonly untried: () => number
  readonly pages: () => "more" | "loading" | "none"
  readonly loadPage: Effect.Effect<void, E>
  readonly takeUntried: (from: End) => QueuedSubject<S> | undefined
  /** Takes the subject with the earliest due time, even if it is not due yet. */
  readonly takeRetry: () => QueuedSubject<S> | undefined
  readonly retryAtMillis: () => number
  readonly retry: (item: QueuedSubject<S>, dueMillis: number) => void
}

export const make = <S, E>(source: SubjectSource<S, E>): WorkQueue<S, E> => {
  let page: ReadonlyArray<PendingSubject<S>> = []
  let next = 0
  let end = 0
  let pages: "more" | "loading" | "none" = "more"
  // Sorted so that the earliest is last. There are never many: the subjects in flight when calls
  // began to fail, and a probe now and then.
  const retries: Array<QueuedSubject<S>> = []

  return {
    untried: () => end - next,
    pages: () => pages,
    loadPage: Effect.suspend(() => {
      pages = "loading"
      return Effect.map(source.next, (loaded) => {
        page = Option.getOrElse(loaded, () => [])
        next = 0
        end = page.length
        pages = Option.isNone(loaded) ? "none" : "more"
      })
    }),
    takeUntried: (from) => {
      if (next >= end) return undefined
      const pending = page[from === "front" ? next++ : --end]
      if (pending === undefined) return undefined
      return { position: pending.position, subject: pending.subject, strikes: 0, answersAtFailure: 0, dueMillis: 0 }
    },
    takeRetry: () => retries.pop(),
    retryAtMillis: () => retries.at(-1)?.dueMillis ?? Number.POSITIVE_INFINITY,
    retry: (item, dueMillis) => {
      item.dueMillis = dueMillis
      retries.push(item)
      retries.sort((one, other) => other.dueMillis - one.dueMillis)
    }
  }
}

/** Makes a source that returns all subjects as one page. */
export const sourceOf = <S>(subjects: ReadonlyArray<S>): SubjectSource<S, never> => {
  let isRead = false
  return {
    next: Effect.sync(() => {
      if (isRead) return Option.none()
      isRead = true
      return Option.some(subjects.map((subject, position) => ({ position, subject })))
    })
  }
}
