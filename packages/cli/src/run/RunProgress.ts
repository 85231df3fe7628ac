/**
 * What is known of a run while it works, put together from its events.
 *
 * @since 0.1.0
 */
import type { Progress } from "@effect-glowmarkt/runner"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Format from "../terminal/Format.js"
import type * as ProgressBar from "../terminal/ProgressBar.js"

/**
 * An outage that is waited out, with all the ways it showed itself.
 *
 * @since 0.1.0
 * @category models
 */
export interface Waiting {
  readonly reasons: ReadonlyArray<string>
  readonly sinceMillis: number
  readonly nextProbeMillis: number
}

/**
 * `stage` is `finished` when every subject has its result; `total` is known when all subjects are; `pausedMillis` is how long it has waited since.
 *
 * @since 0.1.0
 * @category models
 */
export interface Known {
  readonly stage: "begun" | "finished"
  readonly total: Option.Option<number>
  readonly before: number
  readonly processed: number
  readonly retries: number
  readonly concurrency: number
  readonly beganMillis: number
  readonly pausedMillis: number
  readonly waiting: Option.Option<Waiting>
}

/**
 * @since 0.1.0
 * @category constructors
 */
export const nothing: Known = {
  stage: "begun",
  total: Option.none(),
  before: 0,
  processed: 0,
  retries: 0,
  concurrency: 0,
  beganMillis: 0,
  pausedMillis: 0,
  waiting: Option.none()
}

const reasonsOf = ({ waiting }: Known): ReadonlyArray<string> =>
  Option.match(waiting, { onNone: () => [], onSome: ({ reasons }) => reasons })

/**
 * @since 0.1.0
 * @category transitions
 */
export const after = (known: Known, event: Progress.Event, nowMillis: number): Known => {
  switch (event._tag) {
    case "RunStarted":
      return { ...nothing, before: event.recorded, processed: event.recorded }
    case "SubjectsListed":
      return { ...known, total: Option.some(event.total), beganMillis: nowMillis, pausedMillis: 0 }
    case "Advanced": {
      const { concurrency, processed, retries } = event
      return { ...known, processed, retries, concurrency }
    }
    case "Waiting":
      return {
        ...known,
        waiting: Option.some({
          reasons: [...reasonsOf(known), event.reason],
          sinceMillis: DateTime.toEpochMillis(event.since),
          nextProbeMillis: DateTime.toEpochMillis(event.nextProbeAt)
        })
      }
    case "Resumed":
      return {
        ...known,
        pausedMillis: known.pausedMillis + Duration.toMillis(event.waited),
        waiting: Option.none()
      }
    case "RunFinished":
      return { ...known, stage: "finished", processed: event.total, waiting: Option.none() }
  }
}

/**
 * Where it stands: nothing before all subjects are known.
 *
 * @since 0.1.0
 * @category decisions
 */
export const position = (known: Known, nowMillis: number): Option.Option<ProgressBar.Position> =>
  Option.map(known.total, (total) => ({
    total,
    before: known.before,
    processed: known.processed,
    retries: known.retries,
    concurrency: known.concurrency,
    elapsed: Duration.millis(nowMillis - known.beganMillis - known.pausedMillis),
    waiting: pause(known, nowMillis)
  }))

/**
 * How long it has been waiting, and until it tries again.
 *
 * @since 0.1.0
 * @category decisions
 */
export const pause = (known: Known, nowMillis: number): Option.Option<ProgressBar.Pause> =>
  Option.map(known.waiting, ({ nextProbeMillis, sinceMillis }) => ({
    lasted: Duration.millis(nowMillis - sinceMillis),
    nextTryIn: Duration.millis(nextProbeMillis - nowMillis)
  }))

// Of a log nobody knows in which zone it was written.
const clock = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  timeZoneName: "short"
})

/**
 * What a person has to be told when it happens, whatever else is shown: nothing, for most events. `patience` is how long an
 * outage is waited for.
 *
 * @since 0.1.0
 * @category decisions
 */
export const news = (before: Known, event: Progress.Event, patience: Duration.Duration): Option.Option<string> => {
  if (event._tag === "Resumed") return Option.some(`Going on after ${Format.duration(event.waited)}.`)
  if (event._tag !== "Waiting") return Option.none()
  const { reason, since } = event
  const known = reasonsOf(before)
  // It is sent again with every try.
  if (known.includes(reason)) return Option.none()
  if (known.length > 0) return Option.some(`Still waiting: ${reason}`)
  const began = clock.format(DateTime.toDate(since))
  return Option.some(`Waiting since ${began}, for ${Format.duration(patience)} at most: ${reason}`)
}
