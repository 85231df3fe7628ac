/** The parts of runs that this process is working on. */
import type { Progress } from "@effect-glowmarkt/runner"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { Attempt } from "./workflows.js"

export interface ActivePart extends Attempt {
  /** Completed when the work on the part must end. */
  readonly stop: Deferred.Deferred<void>
  /** The latest event of an outage that the part waits out. */
  outage: Progress.OutageWaiting | undefined
}

/** Notes on a part whether it waits out an outage. */
export const followOutages = (part: ActivePart): Progress.ProgressService => ({
  publish: (event) => {
    if (event._tag === "OutageWaiting") part.outage = event
    if (event._tag === "OutageEnded") part.outage = undefined
  }
})

export const make = () => {
  const parts = new Set<ActivePart>()
  return {
    list: (): ReadonlyArray<ActivePart> => [...parts],

    enter: ({ attempt, runId }: Attempt): Effect.Effect<ActivePart> =>
      Effect.map(Deferred.make<void>(), (stop) => {
        const part: ActivePart = { runId, attempt, stop, outage: undefined }
        parts.add(part)
        return part
      }),

    leave: (part: ActivePart) => Effect.sync(() => parts.delete(part))
  }
}

export type ActiveParts = ReturnType<typeof make>
