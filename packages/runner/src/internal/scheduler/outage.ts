/**
 * Tracks whether the provider seems to be unavailable and when to probe it next, and publishes the
 * events of an outage.
 */
import * as MonotonicClock from "@effect-glowmarkt/core/MonotonicClock"
import type * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import { defaultMaxOutage } from "../../Limits.js"
import * as Progress from "../../Progress.js"
import type { RunId } from "../../Run.js"

const firstProbeMillis = 500
const longestProbeMillis = 15_000

export interface Outage {
  readonly maxMillis: number
  readonly isSuspected: () => boolean
  /** Returns when the next probe may be sent, or 0 while no outage is suspected. */
  readonly probeAtMillis: () => number
  readonly isOutlasted: (nowMillis: number) => boolean
  /** Reports that a call failed. An outage is suspected after `enough` failures in a row. */
  readonly failed: (nowMillis: number, enough: number) => void
  /** Reports that a probe failed. The wait before the next probe doubles, up to 15 seconds. */
  readonly probeFailed: (nowMillis: number) => void
  readonly answered: (nowMillis: number) => void
  /** Publishes that the run is waiting, at least until `resumesAtMillis`. */
  readonly notify: (reason: string, resumesAtMillis: number) => void
}

/** Converts a monotonic time to system time, for events. */
const systemTime = (clock: Clock.Clock, atMillis: number): DateTime.Utc =>
  DateTime.unsafeMake(Math.round(clock.unsafeCurrentTimeMillis() + atMillis - MonotonicClock.millis(clock)))

export const make = ({
  clock,
  maxOutage = defaultMaxOutage,
  publish,
  runId
}: {
  readonly clock: Clock.Clock
  readonly maxOutage: Duration.DurationInput | undefined
  readonly publish: (event: Progress.Event) => void
  readonly runId: RunId
}): Outage => {
  const maxMillis = Duration.toMillis(maxOutage)
  let failures = 0
  let firstFailureMillis = 0
  let failedProbes: number | undefined
  let probeAtMillis = 0
  let notifiedSinceMillis: number | undefined

  const count = (nowMillis: number) => {
    if (failures === 0) firstFailureMillis = nowMillis
    failures++
  }

  const scheduleProbe = (nowMillis: number) => {
    failedProbes = failedProbes === undefined ? 0 : failedProbes + 1
    probeAtMillis = nowMillis + Math.min(longestProbeMillis, firstProbeMillis * 2 ** failedProbes)
  }

  return {
    maxMillis,
    isSuspected: () => failedProbes !== undefined,
    probeAtMillis: () => probeAtMillis,
    isOutlasted: (nowMillis) => failedProbes !== undefined && nowMillis - firstFailureMillis > maxMillis,
    failed: (nowMillis, enough) => {
      count(nowMillis)
      if (failedProbes === undefined && failures >= enough) scheduleProbe(nowMillis)
    },
    probeFailed: (nowMillis) => {
      count(nowMillis)
      scheduleProbe(nowMillis)
    },
    answered: (nowMillis) => {
      failures = 0
      failedProbes = undefined
      probeAtMillis = 0
      if (notifiedSinceMillis === undefined) return
      const waited = Duration.millis(Math.max(0, Math.round(nowMillis - notifiedSinceMillis)))
      notifiedSinceMillis = undefined
      publish(new Progress.OutageEnded({ runId, waited }))
    },
    notify: (reason, resumesAtMillis) => {
      notifiedSinceMillis ??= firstFailureMillis
      const since = systemTime(clock, notifiedSinceMillis)
      const nextProbeAt = systemTime(clock, Math.max(probeAtMillis, resumesAtMillis))
      publish(new Progress.OutageWaiting({ runId, since, reason, nextProbeAt }))
    }
  }
}
