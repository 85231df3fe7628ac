/** Reads the progress of a run from the database every half second. */
import { Progress, type Run, type RunStore } from "@effect-glowmarkt/runner"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type { Submissions } from "./submissions.js"

const pollInterval = Duration.millis(500)

/**
 * Streams each state of a run, with the events since the state before it, until the run stops or is
 * finished. Waits while the database is unreachable.
 */
export const make = (table: Submissions, store: RunStore.RunStoreService, runId: Run.RunId) => {
  const look = Effect.gen(function* () {
    const submission = yield* table.submission(runId)
    const outage = yield* table.outage(runId)
    return { submission, outage, run: yield* store.get(runId), at: yield* DateTime.now }
  }).pipe(
    Effect.retry({
      while: (error) => error._tag === "RunStoreError" && error.reason === "unreachable",
      schedule: Schedule.spaced(pollInterval)
    })
  )
  return Stream.repeatEffectWithSchedule(look, Schedule.spaced(pollInterval)).pipe(
    Stream.takeUntil(({ submission: { state } }) => state === "finished" || state === "stopped"),
    Stream.mapAccum(undefined, (before: Look | undefined, now) => [
      now,
      { events: eventsOf(before, now), submission: now.submission }
    ])
  )
}

/** What the database says about a run at one moment. */
interface Look {
  readonly run: Run.Run
  readonly outage: Progress.OutageWaiting | undefined
  readonly at: DateTime.Utc
}

const eventsOf = (
  before: Look | undefined,
  { at, outage, run: { finishedAt, flow, recorded, runId, total } }: Look
): ReadonlyArray<Progress.Event> => {
  const earlier = before?.run
  return [
    ...(earlier === undefined ? [new Progress.RunStarted({ runId, flow, recorded })] : []),
    ...(total === undefined || earlier?.total !== undefined
      ? []
      : [new Progress.SubjectsListed({ runId, recorded, total })]),
    ...outageEvents(before?.outage, outage, at),
    ...(total === undefined || recorded === earlier?.recorded
      ? []
      : [
          new Progress.Advanced({
            runId,
            processed: recorded,
            recorded,
            total,
            retries: 0,
            concurrency: 0
          })
        ]),
    ...(finishedAt === undefined || earlier?.finishedAt !== undefined || total === undefined
      ? []
      : [new Progress.RunFinished({ runId, total })])
  ]
}

const outageEvents = (
  before: Progress.OutageWaiting | undefined,
  now: Progress.OutageWaiting | undefined,
  at: DateTime.Utc
): ReadonlyArray<Progress.Event> => {
  if (now !== undefined) {
    const isSame = before !== undefined && DateTime.Equivalence(before.nextProbeAt, now.nextProbeAt)
    return isSame ? [] : [now]
  }
  if (before === undefined) return []
  const waited = Duration.millis(Math.max(0, DateTime.distance(before.since, at)))
  return [new Progress.OutageEnded({ runId: before.runId, waited })]
}
