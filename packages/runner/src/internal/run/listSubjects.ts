/** Lists the subjects of a run, retrying through an outage for up to `maxOutage`. */
import * as GlowmarktError from "@effect-glowmarkt/core/GlowmarktError"
import * as MonotonicClock from "@effect-glowmarkt/core/MonotonicClock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Limits } from "../../Limits.js"
import * as Progress from "../../Progress.js"
import type { RunId } from "../../Run.js"
import { RunStore } from "../../RunStore.js"
import type { RunStoreError } from "../../RunStoreError.js"
import * as Outage from "../scheduler/outage.js"
import type { Flow } from "./flow.js"
import type { OpenedRun } from "./openRun.js"

/**
 * Retries listing through an outage. Listing is a single request with nothing to compare it to, so
 * every transient failure counts as an outage.
 */
export const retryThroughOutage = <A, E, R>(
  list: Effect.Effect<A, E, R>,
  {
    limits,
    publish,
    runId
  }: {
    readonly runId: RunId
    readonly limits: Limits
    readonly publish: (event: Progress.Event) => void
  }
): Effect.Effect<A, E, R> =>
  Effect.flatMap(Effect.clock, (clock) => {
    const outage = Outage.make({ clock, maxOutage: limits.maxOutage, publish, runId })

    const attempt: Effect.Effect<A, E, R> = Effect.suspend(() => Effect.catchAll(list, again))

    const again = (error: E): Effect.Effect<A, E, R> => {
      if (!GlowmarktError.isGlowmarktError(error) || !error.isTransient) return Effect.fail(error)
      const nowMillis = MonotonicClock.millis(clock)
      outage.probeFailed(nowMillis)
      const askedMillis = nowMillis + Option.match(error.retryAfter, { onNone: () => 0, onSome: Duration.toMillis })
      const probeMillis = outage.probeAtMillis()
      // The run does not wait for all of a `Retry-After` longer than `maxOutage`: the provider may
      // be back sooner.
      const nextMillis = outage.isOutlasted(askedMillis) ? probeMillis : Math.max(probeMillis, askedMillis)
      // Fails now, because the wait would exceed the limit anyway.
      if (outage.isOutlasted(nextMillis)) return Effect.fail(error)
      outage.notify(GlowmarktError.explanation(error), nextMillis)
      return Effect.delay(attempt, Math.ceil(nextMillis - nowMillis))
    }

    return Effect.tap(attempt, () => Effect.sync(() => outage.answered(MonotonicClock.millis(clock))))
  })

/**
 * Deletes a run that failed before its subjects were listed, because there is nothing to resume.
 */
const removeUnlisted = (runId: RunId) =>
  Effect.flatMap(RunStore, (store) =>
    Effect.flatMap(store.get(runId), ({ total }) => (total === undefined ? store.forget(runId) : Effect.void))
  )

/** Stores the subjects unless they are already stored. Returns how many there are. */
export const listSubjects = <P extends object, S, A, E, R, E2, R2>(
  flow: Pick<Flow<P, S, A, E, R>, "subject">,
  { isNew, run: { runId } }: OpenedRun<P>,
  subjects: Stream.Stream<S, E2, R2>,
  limits: Limits
): Effect.Effect<number, E2 | RunStoreError, R2 | RunStore> =>
  Effect.gen(function* () {
    const store = yield* RunStore
    const { publish } = yield* Progress.Progress
    return yield* retryThroughOutage(store.putSubjects(runId, Stream.map(subjects, flow.subject.encode)), {
      runId,
      limits,
      publish
    })
  }).pipe(Effect.onError(() => (isNew ? Effect.ignore(removeUnlisted(runId)) : Effect.void)))
