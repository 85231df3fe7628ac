/**
 * The heartbeat of a worker: records that it is alive and how many parts it processes, reads which
 * shards it holds, and stops parts on request. Logs when it begins to fail, and when it succeeds
 * again.
 */
import type { RunStoreError } from "@effect-glowmarkt/runner"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ActiveParts } from "./activeParts.js"
import * as submissions from "./submissions.js"
import type * as telemetry from "./telemetry.js"

/** The log messages at the beginning and the end of a failure. */
const unavailable = { began: "The database is unavailable", ended: "The database is available again" }
const failing = { began: "The heartbeat failed", ended: "The heartbeat succeeds again" }

const problemOf = (cause: Cause.Cause<RunStoreError.RunStoreError>) =>
  Option.exists(Cause.failureOption(cause), ({ reason }) => reason === "unreachable") ? unavailable : failing

/** Returns one heartbeat, which `worker.ts` repeats every 500 milliseconds. It never fails. */
export const make = ({
  active,
  refreshShards,
  table,
  telemetry: { log, partsRunning, warn },
  worker: { name, workerId }
}: {
  readonly active: ActiveParts
  readonly refreshShards: Effect.Effect<void, RunStoreError.RunStoreError>
  readonly table: submissions.Submissions
  readonly telemetry: telemetry.Telemetry
  readonly worker: { readonly name: string; readonly workerId: string }
}): Effect.Effect<void> => {
  const recordAlive = Effect.suspend(() => {
    const parts = active.list()
    const outages = parts.flatMap(({ outage }) => outage ?? [])
    return Effect.zipRight(
      table.seen({ workerId, name, parts: parts.length, outages: submissions.earliestOfRuns(outages) }),
      partsRunning(parts.length)
    )
  })

  const stopParts = Effect.suspend(() =>
    Effect.flatMap(table.toStop(active.list()), (parts) =>
      Effect.forEach(parts, ({ stop }) => Deferred.succeed(stop, undefined), { discard: true })
    )
  )

  let problem: typeof unavailable | undefined
  return Effect.all([recordAlive, refreshShards, stopParts], { discard: true }).pipe(
    Effect.withTracerEnabled(false),
    Effect.matchCauseEffect({
      onSuccess: () => {
        const logged = problem === undefined ? Effect.void : log(problem.ended)
        problem = undefined
        return logged
      },
      onFailure: (cause) => {
        const found = problemOf(cause)
        const logged = problem === found ? Effect.void : warn(found.began, cause)
        problem = found
        return logged
      }
    })
  )
}
