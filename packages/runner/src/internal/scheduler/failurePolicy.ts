/**
 * Decides whether a failure is due to the subject, the provider or the credentials, and what the
 * run does about it.
 *
 * - A subject that fails while others succeed gets a strike and is tried again. After five strikes
 *   its failure is recorded.
 * - If many subjects in a row fail and none succeeds, an outage of the provider is suspected, see
 *   `outage.ts`. In that case subjects get no strikes. Once every subject has been tried, a single
 *   failure is enough: there are no untried subjects left to show that the provider is available.
 *   The probe then reads a subject that succeeded before. Without this, a subject that always fails
 *   at the end of a run delays it by `maxOutage` instead of some seconds.
 * - A 429 whose `Retry-After` is longer than `maxOutage` counts as an outage: probes find out when
 *   it is over.
 * - Subjects with refused credentials are held back, see `denials.ts`.
 */
import { explanation } from "@effect-glowmarkt/core/GlowmarktError"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type { TransientFailure } from "../../Step.js"
import type { ConcurrencyLimit, Span } from "./concurrencyLimit.js"
import * as Denials from "./denials.js"
import type { Outage } from "./outage.js"
import type { RateController } from "./rateController.js"
import type { End, QueuedSubject } from "./workQueue.js"

const failuresInARow = 10

/**
 * This many failures in a row are enough to suspect an outage if there was no response for
 * `silenceMillis`: if a provider hangs, each failure takes a whole timeout.
 */
const failuresInSilence = 3
const silenceMillis = 20_000

const mostStrikes = 5

/**
 * The fraction of a strike for a failure that the run may have caused itself by sending too much: a
 * 429, or one of several failures at the same time. With whole strikes, a provider that admits 5
 * requests per second fails up to 60 of 500 subjects, see `WorkerPool.test.ts`.
 */
const sharedStrike = 0.25

const firstRetryMillis = 500

/** Pauses shorter than this are not published. */
const notablePauseMillis = 5_000

export interface SubjectResult<S, A> {
  readonly item: QueuedSubject<S>
  readonly result: A
}

export type Action<S, A, E> =
  | { readonly _tag: "Record"; readonly settled: ReadonlyArray<SubjectResult<S, A>> }
  | { readonly _tag: "Retry"; readonly item: QueuedSubject<S>; readonly atMillis: number }
  | { readonly _tag: "EndRun"; readonly ending: E }

export interface FailureContext {
  readonly span: Span
  readonly role: "worker" | "probe"
  /** Whether there are subjects that have not been tried yet. */
  readonly hasUntried: boolean
  readonly hasHealthySubject: boolean
}

export interface FailurePolicy<S, A, E> {
  /** Returns when the next probe may be sent, or `undefined` if there is no outage. */
  readonly probeAtMillis: () => number | undefined
  /** Returns the end of the page from which to take the next untried subject. */
  readonly untriedFrom: () => End
  /** Returns the subjects that were held back, with their results. */
  readonly succeeded: (span: Span) => ReadonlyArray<SubjectResult<S, A>>
  readonly failed: (
    item: QueuedSubject<S>,
    error: TransientFailure<A, E>,
    failureContext: FailureContext
  ) => Action<S, A, E>
  /** Handles the result of a probe that read a subject again after it had succeeded. */
  readonly checked: (error: TransientFailure<unknown, E> | undefined, span: Span) => Action<S, A, E>
  /** Decides what to do once every subject has been tried. */
  readonly ended: () => Action<S, A, E>
}

export const make = <S, A, E>(
  state: { readonly concurrency: ConcurrencyLimit; readonly outage: Outage; readonly rate: RateController },
  deniedLimit: number | undefined
): FailurePolicy<S, A, E> => {
  const { concurrency, outage, rate } = state
  const denials = Denials.make<SubjectResult<S, A> & { readonly ending: E }>(deniedLimit)
  let answers = 0
  let lastAnswerMillis = Number.NEGATIVE_INFINITY
  let lastFailureMillis = Number.NEGATIVE_INFINITY

  const record = (settled: ReadonlyArray<SubjectResult<S, A>>): Action<S, A, E> => ({ _tag: "Record", settled })
  const endRun = (ending: E): Action<S, A, E> => ({ _tag: "EndRun", ending })

  const answered = ({ endedMillis }: Span) => {
    answers++
    lastAnswerMillis = endedMillis
    concurrency.answered()
    outage.answered(endedMillis)
  }

  const isTooLong = (pause: Duration.Duration) => Duration.toMillis(pause) > outage.maxMillis

  const refused = (span: Span, pause: Option.Option<Duration.Duration>) =>
    rate.refused(span, Option.filter(pause, Predicate.not(isTooLong)))

  /** Adds a strike, and returns whether others have succeeded since the subject last failed. */
  const strike = (item: QueuedSubject<S>, { beganMillis }: Span, isRefusal: boolean): boolean => {
    const othersSucceeded = item.strikes > 0 && answers > item.answersAtFailure
    if (item.strikes === 0 || (othersSucceeded && !outage.isSuspected())) {
      item.strikes += isRefusal || lastFailureMillis >= beganMillis ? sharedStrike : 1
    }
    item.answersAtFailure = answers
    return othersSucceeded
  }

  const retryAt = ({ strikes }: QueuedSubject<S>, nowMillis: number) =>
    nowMillis + firstRetryMillis * 2 ** Math.max(0, Math.ceil(strikes) - 1)

  const transient = (
    item: QueuedSubject<S>,
    { ending, failure, result }: TransientFailure<A, E>,
    { hasHealthySubject, hasUntried, role, span }: FailureContext
  ): Action<S, A, E> => {
    const nowMillis = span.endedMillis
    const isRefusal = failure._tag === "RateLimited"
    const isInformative = !isRefusal || refused(span, failure.retryAfter)
    const isOutage = isRefusal && Option.exists(failure.retryAfter, isTooLong)

    const isOwnFault = strike(item, span, isRefusal)
    lastFailureMillis = nowMillis
    let isNotable = isInformative && (isOutage || rate.resumesAtMillis() - nowMillis > notablePauseMillis)
    if (role === "probe") {
      outage.probeFailed(nowMillis)
      isNotable = true
    } else if (isInformative && !isOwnFault) {
      if (!isRefusal) concurrency.failed(span)
      const wasSuspected = outage.isSuspected()
      const isSilent = nowMillis - Math.max(lastAnswerMillis, span.beganMillis) >= silenceMillis
      outage.failed(nowMillis, !hasUntried || isOutage ? 1 : isSilent ? failuresInSilence : failuresInARow)
      isNotable ||= hasUntried && outage.isSuspected() && !wasSuspected
    }

    if (item.strikes >= mostStrikes) return record([{ item, result }])
    if (outage.isOutlasted(nowMillis)) {
      // Only failing subjects are left, others have succeeded, and there is no healthy subject to
      // probe: the failures may be the subjects' own fault.
      const mayBeOwnFault = answers > 0 && !hasUntried && !hasHealthySubject
      return mayBeOwnFault ? record([{ item, result }]) : endRun(ending)
    }
    if (isNotable) outage.notify(explanation(failure), rate.resumesAtMillis())
    return { _tag: "Retry", item, atMillis: isRefusal ? nowMillis : retryAt(item, nowMillis) }
  }

  return {
    probeAtMillis: () => (outage.isSuspected() ? outage.probeAtMillis() : undefined),

    untriedFrom: denials.nextFrom,

    succeeded: (span) => {
      answered(span)
      return denials.release(span.beganMillis)
    },

    failed: (item, error, failureContext) => {
      const { ending, failure, result } = error
      if (failure.isTransient) return transient(item, error, failureContext)
      // Nothing was sent, so this says nothing about the provider.
      if (failure._tag === "InvalidInput") return record([{ item, result }])
      const { span } = failureContext
      answered(span)
      if (failure._tag !== "AccessDenied") return record([...denials.release(span.beganMillis), { item, result }])
      denials.hold({ item, result, ending }, span.endedMillis)
      return denials.isLimitReached() ? endRun(ending) : record([])
    },

    checked: (error, span) => {
      if (error === undefined || !error.failure.isTransient) {
        // The read shows that the provider is available, but the credentials may still be refused
        // for writes.
        answered(span)
        return record([])
      }
      const { ending, failure } = error
      if (failure._tag === "RateLimited") refused(span, failure.retryAfter)
      outage.probeFailed(span.endedMillis)
      if (outage.isOutlasted(span.endedMillis)) return endRun(ending)
      outage.notify(explanation(failure), rate.resumesAtMillis())
      return record([])
    },

    ended: () => {
      const areAllDenied = denials.areAllResponsesDenials()
      const held = denials.release(Number.POSITIVE_INFINITY)
      const last = held.at(-1)
      return areAllDenied && last !== undefined ? endRun(last.ending) : record(held)
    }
  }
}
