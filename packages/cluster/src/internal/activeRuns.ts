/** The runs that this process is working on, and which of their parts. */
import type { Progress, Run } from "@effect-glowmarkt/runner"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"

export interface ActivePart {
  /** The latest event of an outage that the part waits out. */
  outage: Progress.OutageWaiting | undefined
}

export interface Entered {
  readonly part: ActivePart
  readonly parts: Set<ActivePart>
  /** Completed when the work on the run must end. */
  readonly stop: Deferred.Deferred<void>
}

/** Notes on a part whether it waits out an outage. */
export const followOutages = (part: ActivePart): Progress.ProgressService => ({
  publish: (event) => {
    if (event._tag === "OutageWaiting") part.outage = event
    if (event._tag === "OutageEnded") part.outage = undefined
  }
})

export const make = () => {
  const runs = new Map<Run.RunId, Pick<Entered, "parts" | "stop">>()
  return {
    runIds: () => [...runs.keys()],

    parts: () => [...runs.values()].flatMap(({ parts }) => [...parts]),

    enter: (runId: Run.RunId): Effect.Effect<Entered> =>
      Effect.map(Deferred.make<void>(), (newStop) => {
        const { parts, stop } = runs.get(runId) ?? { parts: new Set(), stop: newStop }
        const part: ActivePart = { outage: undefined }
        runs.set(runId, { parts: parts.add(part), stop })
        return { part, parts, stop }
      }),

    leave: (runId: Run.RunId, { part, parts }: Entered) =>
      Effect.sync(() => {
        parts.delete(part)
        if (parts.size === 0) runs.delete(runId)
      }),

    /** Ends the work on a run in this process. */
    stop: (runId: Run.RunId) =>
      Effect.suspend(() => {
        const entry = runs.get(runId)
        return entry === undefined ? Effect.void : Deferred.succeed(entry.stop, undefined)
      })
  }
}

export type ActiveRuns = ReturnType<typeof make>
