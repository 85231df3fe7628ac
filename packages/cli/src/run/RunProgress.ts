/**
 * The state of a running flow, computed from its events: position, speed, time left, outages.
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
 * The current outage, with every reason reported so far.
 *
 * @since 0.1.0
 * @category models
 */
export interface OutageState {
  readonly reasons: ReadonlyArray<string>
  readonly sinceMillis: number
  readonly nextProbeMillis: number
}

/**
 * - `stage` is `finished` once every subject has a result.
 * - `total` is set once the subjects are listed.
 * - `before` is the number of subjects recorded before this attempt.
 * - `pausedMillis` is the time spent waiting since the subjects were listed.
 *
 * @since 0.1.0
 * @category models
 */
export interface ProgressState {
  readonly stage: "begun" | "finished"
  readonly total: Option.Option<number>
  readonly before: number
  readonly processed: number
  readonly retries: number
  readonly concurrency: number
  readonly beganMillis: number
  readonly pausedMillis: number
  readonly waiting: Option.Option<OutageState>
}

/**
 * @since 0.1.0
 * @category constructors
 */
export const initial: ProgressState = {
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

const reasonsOf = ({ waiting }: ProgressState): ReadonlyArray<string> =>
  Option.match(waiting, { onNone: () => [], onSome: ({ reasons }) => reasons })

/**
 * @since 0.1.0
 * @category combinators
 */
export const update = (state: ProgressState, event: Progress.Event, nowMillis: number): ProgressState => {
  switch (event._tag) {
    case "RunStarted":
      return { ...initial, before: event.recorded, processed: event.recorded }
    case "SubjectsListed":
      return { ...state, total: Option.some(event.total), beganMillis: nowMillis, pausedMillis: 0 }
    case "Advanced": {
      const { concurrency, processed, retries } = event
      return { ...state, processed, retries, concurrency }
    }
    case "OutageWaiting":
      return {
        ...state,
        waiting: Option.some({
          reasons: [...reasonsOf(state), event.reason],
          sinceMillis: DateTime.toEpochMillis(event.since),
          nextProbeMillis: DateTime.toEpochMillis(event.nextProbeAt)
        })
      }
    case "OutageEnded":
      return {
        ...state,
        pausedMillis: state.pausedMillis + Duration.toMillis(event.waited),
        waiting: Option.none()
      }
    case "RunFinished":
      return { ...state, stage: "finished", processed: event.total, waiting: Option.none() }
  }
}

/** Returns the speed, or `None` while it is too early for an estimate. */
const speed = (state: ProgressState, total: number, nowMillis: number): Option.Option<ProgressBar.Speed> => {
  const seconds = (nowMillis - state.beganMillis - state.pausedMillis) / 1000
  const done = state.processed - state.before
  if (seconds < 0.5 || done <= 0) return Option.none()
  const perSecond = done / seconds
  return Option.some({ perSecond, timeLeft: Duration.seconds((total - state.processed) / perSecond) })
}

/**
 * Returns the position to show, or `None` until the subjects are listed.
 *
 * @since 0.1.0
 * @category combinators
 */
export const position = (state: ProgressState, nowMillis: number): Option.Option<ProgressBar.Position> =>
  Option.map(state.total, (total) => ({
    total,
    processed: state.processed,
    retries: state.retries,
    concurrency: state.concurrency,
    speed: speed(state, total, nowMillis),
    waiting: pause(state, nowMillis)
  }))

/**
 * Returns how long the run has been waiting and the time until the next try, or `None` if it is not
 * waiting.
 *
 * @since 0.1.0
 * @category combinators
 */
export const pause = (state: ProgressState, nowMillis: number): Option.Option<ProgressBar.Pause> =>
  Option.map(state.waiting, ({ nextProbeMillis, sinceMillis }) => ({
    lasted: Duration.millis(nowMillis - sinceMillis),
    nextTryIn: Duration.millis(nextProbeMillis - nowMillis)
  }))

// Log lines outlive the terminal, so they carry the time zone.
const clock = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  timeZoneName: "short"
})

/**
 * Returns the message to print for an event, or `None` for most events. `maxOutage` is how long the
 * run waits for an unreachable server.
 *
 * @since 0.1.0
 * @category combinators
 */
export const announcement = (
  state: ProgressState,
  event: Progress.Event,
  maxOutage: Duration.Duration
): Option.Option<string> => {
  if (event._tag === "OutageEnded") return Option.some(`Resuming after ${Format.duration(event.waited)}.`)
  if (event._tag !== "OutageWaiting") return Option.none()
  const { reason, since } = event
  const reasons = reasonsOf(state)
  // The event is published again after every try, but the message is printed only once.
  if (reasons.includes(reason)) return Option.none()
  if (reasons.length > 0) return Option.some(`Still waiting: ${reason}`)
  const began = clock.format(DateTime.toDate(since))
  return Option.some(`Waiting since ${began}, for up to ${Format.duration(maxOutage)}: ${reason}`)
}
