import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import { memoize } from "../call/memoize.js"
import * as monotonicClock from "../call/monotonicClock.js"

export interface Timed {
  readonly deadline: number
  readonly expire: () => void
  /**
   * The position of this deadline among the pending ones, while it is pending. Only {@link make}
   * sets it.
   */
  position?: number | undefined
}

export interface Deadlines {
  readonly add: (timed: Timed) => void
  readonly remove: (timed: Timed) => void
  readonly close: () => void
}

/**
 * Makes one timer for the deadlines of all pending requests, set for the earliest one. Removing a
 * deadline leaves the timer alone, so a request that completes in time costs no timer.
 *
 * The deadlines are in an array and not in a `Set`, which replaces its table after some deletions.
 * In V8, an old table that has been promoted keeps its former content and the next table alive
 * until a full collection. Garbage collection took 20 % of the CPU of a call with a `Set`, and
 * takes 8 % with an array.
 */
export const make = (clock: Clock.Clock = monotonicClock.system): Deadlines => {
  const pending: Array<Timed> = []
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
    const due = pending.filter(({ deadline }) => deadline <= now).sort((a, b) => a.deadline - b.deadline)
    for (const timed of due) {
      // A deadline that expires may remove another.
      if (timed.position === undefined) continue
      remove(timed)
      timed.expire()
    }
    const next = pending.reduce((earliest, { deadline }) => Math.min(earliest, deadline), Number.POSITIVE_INFINITY)
    if (next < wakesAt) wakeAt(next)
  }

  /** Moves the last deadline into the gap. */
  const remove = (timed: Timed) => {
    if (timed.position === undefined) return
    const last = pending.pop()
    if (last !== undefined && last !== timed) {
      pending[timed.position] = last
      last.position = timed.position
    }
    timed.position = undefined
  }

  return {
    add: (timed) => {
      timed.position = pending.push(timed) - 1
      if (timed.deadline < wakesAt) wakeAt(timed.deadline)
    },
    remove,
    close: () => {
      stop()
      for (const timed of pending.splice(0)) timed.position = undefined
    }
  }
}

/**
 * Waits until `start` calls back, for at most this time by the caller's clock. After that it fails
 * with `late` and calls the function that `start` returned, without waiting for it to take effect.
 */
export type Within = <A, E>(
  millis: number,
  late: E,
  start: (done: (result: Effect.Effect<A, E>) => void, caller: Fiber.RuntimeFiber<unknown, unknown>) => () => void
) => Effect.Effect<A, E>

/** All requests with the same clock share one timer. */
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
