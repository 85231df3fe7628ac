import type * as Clock from "effect/Clock"
import * as monotonicClock from "../call/monotonicClock.js"

/** Something that is given up when its time is over. */
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
 * One timer for all requests under way. It is set for the earliest deadline, and
 * looked at again only then: a request that is answered in time costs no timer.
 */
export const make = (clock: Clock.Clock = monotonicClock.system): Deadlines => {
  const underWay = new Set<Timed>()
  let stop = () => {}
  let wakesAt = Number.POSITIVE_INFINITY

  const wakeAt = (deadline: number) => {
    stop()
    wakesAt = deadline
    stop = monotonicClock.wake(clock, Math.max(0, deadline - monotonicClock.millis(clock)), look)
  }

  const look = () => {
    wakesAt = Number.POSITIVE_INFINITY
    const now = monotonicClock.millis(clock)
    let next = Number.POSITIVE_INFINITY
    for (const timed of underWay) {
      if (timed.deadline <= now) {
        underWay.delete(timed)
        timed.expire()
      } else if (timed.deadline < next) next = timed.deadline
    }
    if (next < wakesAt) wakeAt(next)
  }

  return {
    add: (timed) => {
      underWay.add(timed)
      if (timed.deadline < wakesAt) wakeAt(timed.deadline)
    },
    remove: (timed) => {
      underWay.delete(timed)
    },
    close: () => {
      stop()
      underWay.clear()
    }
  }
}
