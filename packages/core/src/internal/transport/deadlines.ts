import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import { memoize } from "../call/memoize.js"
import * as monotonicClock from "../call/monotonicClock.js"

export interface Timed {
  readonly deadline: number
  readonly expire: () => void
}

export interface Deadlines {
  readonly add: (timed: Timed) => void
  readonly remove: (timed: Timed) => void
  readonly close: () => void
}

/**
 * One timer for the deadlines of all pending requests, set for the earliest one. Removing a
 * deadline leaves the timer alone, so a request that completes in time costs no timer.
 */
export const make = (clock: Clock.Clock = monotonicClock.system): Deadlines => {
  const pending = new Set<Timed>()
  let stop = () => {}
  let wakesAt = Number.POSITIVE_INFINITY

  const wakeAt = (deadline: number) => {
    stop()
    wakesAt = deadline
    stop = monotonicClock.wake(clock, Math.max(0, deadline - monotonicClock.millis(clock)), expire)
  }

  const expire = () => {
    wakesAt = Number.POSITIVE_INFINITY
    const now = monotonicClock.millis(clock)
    let next = Number.POSITIVE_INFINITY
    for (const timed of pending) {
      if (timed.deadline <= now) {
        pending.delete(timed)
        timed.expire()
      } else if (timed.deadline < next) next = timed.deadline
    }
    if (next < wakesAt) wakeAt(next)
  }

  return {
    add: (timed) => {
      pending.add(timed)
      if (timed.deadline < wakesAt) wakeAt(timed.deadline)
    },
    remove: (timed) => {
      pending.delete(timed)
    },
    close: () => {
      stop()
      pending.clear()
    }
  }
}

/**
 * Waits until `start` calls back, for at most this time by the caller's clock. Then it fails with
 * `late` and calls the function that `start` returned, without waiting for the effect of that.
 */
export type Within = <A, E>(
  millis: number,
  late: E,
  start: (done: (result: Effect.Effect<A, E>) => void, caller: Fiber.RuntimeFiber<unknown, unknown>) => () => void
) => Effect.Effect<A, E>

/** Shares one timer per clock. */
export const within = (): Within => {
  const deadlinesOf = memoize((clock: Clock.Clock) => make(clock))
  return (millis, late, start) =>
    Effect.withFiberRuntime((caller) =>
      Effect.async((resume) => {
        const clock = Context.get(caller.currentDefaultServices, Clock.Clock)
        const deadlines = deadlinesOf(clock)
        let cancel = () => {}
        const timed: Timed = {
          deadline: monotonicClock.millis(clock) + millis,
          expire: () => {
            resume(Effect.fail(late))
            cancel()
          }
        }
        deadlines.add(timed)
        cancel = start((result) => {
          deadlines.remove(timed)
          resume(result)
        }, caller)
      })
    )
}
