/** What the answers mean: whose fault a failure is, whether the provider is away, whether the credentials are any good. */
import type * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import type { Span } from "../../Concurrency.js"
import type { Limits } from "../../Flow.js"
import * as Outage from "../../Outage.js"
import * as Progress from "../../Progress.js"
import type { RunId } from "../../Run.js"
import type { TransientFailure } from "../../Step.js"
import type { RateController } from "./rateController.js"
import type { Item, WorkQueue } from "./workQueue.js"

/** After so many refusals in a row the others are looked for at the other end: they may be neighbours. */
const suspiciousAfter = 10

const defaultDeniedLimit = 20

/** So many, with nothing else in this attempt, are not "a few accounts". */
const manyDenied = 5

// What is over sooner is no news for a person.
const worthMentioning = Duration.toMillis("5 seconds")

export interface Settled<A> {
  readonly item: Item
  readonly result: A
}

export type Verdict<A, E> =
  | { readonly _tag: "Settled"; readonly all: ReadonlyArray<Settled<A>> }
  | { readonly _tag: "Later" }
  | { readonly _tag: "RunEnds"; readonly ending: E }

const later = { _tag: "Later" } as const

interface Denied<A, E> extends Settled<A> {
  readonly ending: E
  readonly atMillis: number
}

export const make = <A, E>(given: {
  readonly runId: RunId
  readonly pace: Limits
  readonly pacer: RateController
  readonly backlog: WorkQueue
  readonly publish: (event: Progress.Event) => void
  readonly instant: (atMillis: number) => DateTime.Utc
  readonly outstanding: () => number
  /** Whether there is a subject that went well, and a way to look at it again. */
  readonly hasWitness: () => boolean
}) => {
  const { backlog, instant, pace, pacer, publish, runId } = given
  const patience = pace.patience === undefined ? Outage.patience : Duration.decode(pace.patience)
  const deniedLimit = pace.deniedLimit ?? defaultDeniedLimit
  let outage = Outage.none
  let answers = 0
  let succeededMillis = Number.NEGATIVE_INFINITY
  let otherThanDenied = 0
  // Not recorded until something else than a refusal shows that the credentials are good.
  let denied: Array<Denied<A, E>> = []
  let waitsSince: number | undefined
  // The latest failure, and the latest of any other subject than that one.
  let latest = { position: -1, atMillis: Number.NEGATIVE_INFINITY }
  let latestOfOthersMillis = Number.NEGATIVE_INFINITY

  const announce = (sinceMillis: number, nextMillis: number, reason: string) => {
    waitsSince ??= sinceMillis
    publish(
      new Progress.Waiting({
        runId,
        since: instant(waitsSince),
        reason,
        nextProbeAt: instant(nextMillis)
      })
    )
  }

  const arrived = (span: Span, busy: number) => {
    pacer.answered(span, busy)
    answers++
    succeededMillis = Math.max(succeededMillis, span.endedMillis)
    if (Outage.isWaiting(outage)) pacer.recovered()
    outage = Outage.none
    if (waitsSince !== undefined) {
      publish(new Progress.Resumed({ runId, waited: Duration.millis(Math.max(0, span.endedMillis - waitsSince)) }))
      waitsSince = undefined
    }
  }

  /** After an answer that no bad credentials get: refusals of before were about their accounts. */
  const trusted = (span: Span): ReadonlyArray<Settled<A>> => {
    otherThanDenied++
    if (denied.length === 0) return denied
    const settled = denied.filter(({ atMillis }) => atMillis <= span.beganMillis)
    denied = denied.filter(({ atMillis }) => atMillis > span.beganMillis)
    return settled
  }

  /** Whether another subject failed, too, while this one was worked on. */
  const othersFailed = ({ position }: Item, { beganMillis }: Span) =>
    (latest.position === position ? latestOfOthersMillis : latest.atMillis) >= beganMillis

  /** A few that are left are no strain: when they fail together, it is not because they are many. */
  const strained = (item: Item, span: Span) =>
    othersFailed(item, span) && (backlog.hasUntried() || given.outstanding() > Outage.failuresInARow)

  /** Then it is not known yet whether it is the provider. */
  const isWitnessNext = () => !backlog.hasUntried() && given.hasWitness()

  const noteFailure = ({ position }: Item, atMillis: number) => {
    if (latest.position !== position) latestOfOthersMillis = latest.atMillis
    latest = { position, atMillis }
  }

  const transient = (
    item: Item,
    { ending, failure, result }: TransientFailure<A, E>,
    { chance, probe, span }: { readonly span: Span; readonly probe: boolean; readonly chance: number }
  ): Verdict<A, E> => {
    const now = span.endedMillis
    const wasWaiting = Outage.isWaiting(outage)
    const firstTime = item.standing === "untried"
    const othersSucceeded = !firstTime && answers > item.answersThen
    if (firstTime || othersSucceeded) {
      item.standing = firstTime ? "failed" : "suspect"
    }
    item.answersThen = answers
    const limited = failure._tag === "RateLimited"
    if (firstTime || (othersSucceeded && !wasWaiting)) {
      item.blame += Outage.blame[limited ? "refused" : strained(item, span) ? "strained" : "failed"]
    }

    // One that failed alone says nothing of the provider; when since then nobody succeeded, it may be the provider after all.
    let news = item.standing !== "suspect" || !othersSucceeded
    if (limited) {
      news = pacer.refused(span, failure.retryAfter) && news
    } else if (news) {
      pacer.failed(span)
    }
    if (probe) {
      outage = Outage.probed(outage, now)
    } else if (news) {
      const failure = { nowMillis: now, sinceMillis: Math.max(span.beganMillis, succeededMillis) }
      outage = Outage.failed(outage, failure, given.outstanding())
    }
    noteFailure(item, now)
    const resumes = pacer.resumesAtMillis()

    if (resumes - now > Duration.toMillis(patience)) {
      return { _tag: "RunEnds", ending }
    }
    const unseen = backlog.hasUntried() || given.hasWitness() || answers === 0
    switch (Outage.fate(outage, item, { nowMillis: now, patience, left: unseen ? "others" : "onlyFailing" })) {
      case "runEnds":
        return { _tag: "RunEnds", ending }
      case "givenUp":
        // The others that are left had their time, too.
        outage = { ...outage, nextProbeMillis: Math.min(outage.nextProbeMillis, now) }
        return { _tag: "Settled", all: [{ item, result }] }
      case "again": {
        backlog.again(item, limited ? now : now + Duration.toMillis(Outage.backoff(item.blame, chance)))
        if (Outage.isWaiting(outage) && (probe || (!wasWaiting && !isWitnessNext()))) {
          announce(outage.firstMillis, Math.max(outage.nextProbeMillis, resumes), failure.message)
        } else if (limited && resumes - now > worthMentioning && waitsSince === undefined) {
          announce(now, resumes, failure.message)
        }
        return later
      }
    }
  }

  return {
    succeeded: (span: Span, busy: number): ReadonlyArray<Settled<A>> => {
      arrived(span, busy)
      return trusted(span)
    },

    failed: (
      item: Item,
      setback: TransientFailure<A, E>,
      circumstances: {
        readonly span: Span
        readonly busy: number
        readonly probe: boolean
        readonly chance: number
      }
    ): Verdict<A, E> => {
      const { failure, result } = setback
      if (failure.isTransient) return transient(item, setback, circumstances)
      const { busy, span } = circumstances
      // Nothing was sent, so nothing answered.
      if (failure._tag === "InvalidInput") return { _tag: "Settled", all: [{ item, result }] }
      arrived(span, busy)
      if (failure._tag !== "AccessDenied") return { _tag: "Settled", all: [...trusted(span), { item, result }] }
      denied.push({ item, result, ending: setback.ending, atMillis: span.endedMillis })
      return denied.length >= deniedLimit ? { _tag: "RunEnds", ending: setback.ending } : later
    },

    /** When a subject that went well before was looked at again, to see whether the provider is there. */
    witnessed: (setback: TransientFailure<unknown, E> | undefined, span: Span): Verdict<A, E> => {
      if (setback === undefined || !setback.failure.isTransient) {
        arrived(span, 1)
        return later
      }
      const { ending, failure } = setback
      const now = span.endedMillis
      if (failure._tag === "RateLimited") pacer.refused(span, failure.retryAfter)
      outage = Outage.probed(outage, now)
      if (Duration.greaterThan(Outage.lasted(outage, now), patience)) return { _tag: "RunEnds", ending }
      announce(outage.firstMillis, Math.max(outage.nextProbeMillis, pacer.resumesAtMillis()), failure.message)
      return later
    },

    /** When every subject was tried. */
    ended: (): Verdict<A, E> => {
      const last = denied.at(-1)
      const all = denied
      denied = []
      return last !== undefined && otherThanDenied === 0 && all.length >= Math.min(manyDenied, deniedLimit)
        ? { _tag: "RunEnds", ending: last.ending }
        : { _tag: "Settled", all }
    },

    /** When the next probe may be sent, while the provider is away. */
    nextProbeMillis: (): number | undefined =>
      Outage.isWaiting(outage) ? Math.max(outage.nextProbeMillis, pacer.resumesAtMillis()) : undefined,

    from: (): "front" | "back" => (denied.length >= suspiciousAfter ? "back" : "front")
  }
}
