/** Something that is given up when its time is over. */
export interface Timed {
  readonly deadline: number
  readonly expire: () => void
}

// A little late is better than a wake-up for each.
const slackMillis = 5

// The longest that a timer can wait: with a longer one it does not wait at all.
const longestMillis = 2 ** 31 - 1

export interface Deadlines {
  readonly add: (timed: Timed) => void
  readonly remove: (timed: Timed) => void
  readonly close: () => void
}

/**
 * One timer for all requests under way. It is set for the earliest deadline, and
 * looked at again only then: a request that is answered in time costs no timer.
 */
export const make = (): Deadlines => {
  const underWay = new Set<Timed>()
  let timer: NodeJS.Timeout | undefined
  let wakesAt = Number.POSITIVE_INFINITY

  const wakeAt = (deadline: number) => {
    clearTimeout(timer)
    wakesAt = deadline
    // Its sockets keep the process alive while there is something to wait for.
    const wait = Math.max(0, deadline - performance.now()) + slackMillis
    timer = setTimeout(look, Math.min(wait, longestMillis)).unref()
  }

  const look = () => {
    timer = undefined
    wakesAt = Number.POSITIVE_INFINITY
    const now = performance.now()
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
      clearTimeout(timer)
      underWay.clear()
    }
  }
}
