/** Listing the subjects of a run in an outage: asked for again and again, as long as there is patience. */
import * as GlowmarktError from "@effect-glowmarkt/core/GlowmarktError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { Flow, Limits } from "../../Flow.js"
import * as Outage from "../../Outage.js"
import * as Progress from "../../Progress.js"
import type { RunId } from "../../Run.js"
import { RunStore } from "../../RunStore.js"
import type { RunStoreError } from "../../RunStoreError.js"
import * as monotonicClock from "../scheduler/monotonicClock.js"
import type { OpenedRun } from "./openRun.js"

const isGlowmarktError = Schema.is(GlowmarktError.GlowmarktError)

/** A list is one subject, and there is no other to compare it with: whatever may pass is the provider's. */
export const retryThroughOutage = <A, E, R>(
  list: Effect.Effect<A, E, R>,
  given: { readonly runId: RunId; readonly pace: Limits; readonly publish: (event: Progress.Event) => void }
): Effect.Effect<A, E, R> =>
  Effect.flatMap(Effect.clock, (clock) => {
    const { pace, publish, runId } = given
    const patience = pace.patience === undefined ? Outage.patience : Duration.decode(pace.patience)
    let outage = Outage.none

    const tried: Effect.Effect<A, E, R> = Effect.suspend(() => Effect.catchAll(list, again))

    const again = (error: E): Effect.Effect<A, E, R> => {
      if (!isGlowmarktError(error) || !error.isTransient) return Effect.fail(error)
      const now = monotonicClock.millis(clock)
      outage = Outage.isWaiting(outage)
        ? Outage.probed(outage, now)
        : Outage.failed(outage, { nowMillis: now, sinceMillis: now }, 1)
      const asked = Option.match(error.retryAfter, { onNone: () => 0, onSome: Duration.toMillis })
      const nextMillis = Math.max(outage.nextProbeMillis, now + asked)
      // Not begun when it is known already that patience will not last.
      if (nextMillis - outage.firstMillis > Duration.toMillis(patience)) return Effect.fail(error)
      publish(
        new Progress.Waiting({
          runId,
          since: monotonicClock.instant(clock, outage.firstMillis),
          reason: error.message,
          nextProbeAt: monotonicClock.instant(clock, nextMillis)
        })
      )
      return Effect.delay(tried, Math.ceil(nextMillis - now))
    }

    return Effect.tap(tried, () =>
      Effect.sync(() => {
        if (!Outage.isWaiting(outage)) return
        publish(new Progress.Resumed({ runId, waited: Outage.lasted(outage, monotonicClock.millis(clock)) }))
      })
    )
  })

/** A run that broke off before it had its subjects has nothing to resume. */
const forgetEmpty = (runId: RunId) =>
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
    const { encode } = store.keeping(flow.subject)
    return yield* retryThroughOutage(store.putSubjects(runId, Stream.map(subjects, encode)), {
      runId,
      pace: limits,
      publish
    })
  }).pipe(Effect.onError(() => (isNew ? Effect.ignore(forgetEmpty(runId)) : Effect.void)))
