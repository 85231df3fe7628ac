/**
 * The heartbeat of a worker: records that it is alive and how many parts it processes, reads which
 * shards it holds, and stops runs on request. Logs when the database becomes unavailable, and when it
 * is available again.
 */
import type { RunStoreError } from "@effect-glowmarkt/runner"
import * as Effect from "effect/Effect"
import type { ActiveRuns } from "./activeRuns.js"
import * as submissions from "./submissions.js"
import type * as telemetry from "./telemetry.js"

/** Returns one heartbeat, which `worker.ts` repeats every 500 milliseconds. It never fails. */
export const make = ({
  active,
  refreshShards,
  table,
  telemetry: { log, partsRunning, warn },
  worker: { name, workerId }
}: {
  readonly active: ActiveRuns
  readonly refreshShards: Effect.Effect<void, RunStoreError.RunStoreError>
  readonly table: submissions.Submissions
  readonly telemetry: telemetry.Telemetry
  readonly worker: { readonly name: string; readonly workerId: string }
}): Effect.Effect<void> => {
  const recordAlive = Effect.suspend(() => {
    const parts = active.parts()
    const outages = parts.flatMap(({ outage }) => outage ?? [])
    return Effect.zipRight(
      table.seen({ workerId, name, parts: parts.length, outages: submissions.earliestOfRuns(outages) }),
      partsRunning(parts.length)
    )
  })

  const stopRuns = Effect.suspend(() =>
    Effect.flatMap(table.stoppingOf(active.runIds()), Effect.forEach(active.stop, { discard: true }))
  )

  let isAvailable = true
  return Effect.all([recordAlive, refreshShards, stopRuns], { discard: true }).pipe(
    Effect.withTracerEnabled(false),
    Effect.matchCauseEffect({
      onSuccess: () => {
        const resumed = isAvailable ? Effect.void : log("The database is available again")
        isAvailable = true
        return resumed
      },
      onFailure: (cause) => {
        const failed = isAvailable ? warn("The database is unavailable", cause) : Effect.void
        isAvailable = false
        return failed
      }
    })
  )
}
