import type * as Clock from "effect/Clock"
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
