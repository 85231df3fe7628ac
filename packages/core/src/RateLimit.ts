/**
 * Limits how many requests are sent per interval. Further requests wait in a queue, first come,
 * first served.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as monotonicClock from "./internal/call/monotonicClock.js"
import * as TokenBucket from "./TokenBucket.js"

/**
 * - `limit`: requests per `interval`, evenly spread.
 * - `burst`: how much unused time accumulates. With 200 requests per second and the default of 100
 *   milliseconds, up to 20 extra requests can follow an idle time, so at most 220 in one second.
 *
 * @since 0.1.0
 * @category models
 */
export interface RateLimit {
  readonly limit: number
  readonly interval: Duration.DurationInput
  readonly burst?: Duration.DurationInput
}

/**
 * Consulted by the client before every request. {@link make} limits one process; other
 * implementations can share a limit between processes, for example through a database row.
 *
 * @since 0.1.0
 * @category models
 */
export interface RateLimiter {
  /**
   * Waits until a request may be sent and returns true, or false after `maxWait`. A fiber that is
   * interrupted leaves the queue.
   */
  readonly acquire: (maxWait: Duration.Duration) => Effect.Effect<boolean>
  /**
   * Reports that the server refused a request with `429`. `pause` is the time that it asked for
   * with `Retry-After`, or zero: no requests are sent until it is over.
   */
  readonly throttled: (pause: Duration.Duration) => Effect.Effect<void>
}

/**
 * A limiter for one process. Schedulers can also query it without waiting.
 *
 * @since 0.1.0
 * @category models
 */
export interface LocalRateLimiter extends RateLimiter {
  /**
   * Acquires without waiting. Returns false if the limit is reached or other fibers are waiting.
   */
  readonly tryAcquire: () => boolean
  /**
   * Returns the milliseconds until a request that joins the queue now may be sent, or 0 if it does
   * not have to wait.
   */
  readonly availableInMillis: () => number
  /** Gives back the permission for a request that was not sent. */
  readonly refund: () => void
  /** Changes the rate at once, for waiting fibers too. */
  readonly setPerSecond: (perSecond: number) => void
  /** Does what {@link RateLimiter.throttled} does, as a plain function. */
  readonly pause: (millis: number) => void
}

/** A waiting fiber, as a node of a linked list. */
interface Waiter {
  readonly resume: (isAdmitted: Effect.Effect<boolean>) => void
  readonly deadlineMillis: number
  /** The outcome. Undefined while the fiber waits. */
  isAdmitted: boolean | undefined
  before: Waiter | undefined
  after: Waiter | undefined
}

/** Makes the queue. It is a linked list, because a waiter that times out may be anywhere in it. */
const makeQueue = () => {
  let first: Waiter | undefined
  let last: Waiter | undefined
  let size = 0
  return {
    size: () => size,
    first: () => first,
    add: (waiter: Waiter) => {
      waiter.before = last
      if (last === undefined) first = waiter
      else last.after = waiter
      last = waiter
      size++
    },
    remove: ({ after, before }: Waiter) => {
      if (before === undefined) first = after
      else before.after = after
      if (after === undefined) last = before
      else after.before = before
      size--
    }
  }
}

// Node's timers fire at once if the delay is longer than this.
const longestMillis = 2 ** 31 - 1

const granted = Effect.succeed(true)
const refused = Effect.succeed(false)

const makeLimiter = Effect.fnUntraced(function* ({
  burst = "100 millis",
  interval,
  limit
}: RateLimit): Effect.fn.Return<LocalRateLimiter> {
  const seconds = Duration.toSeconds(interval)
  if (!(limit > 0 && seconds > 0 && Number.isFinite(seconds))) {
    const given = `${limit} requests in ${Duration.format(interval)}`
    return yield* Effect.dieMessage(`${given} is not a rate limit: expected a number and a time above zero`)
  }
  const clock = yield* Effect.clock
  const now = () => monotonicClock.millis(clock)
  const queue = makeQueue()
  let bucket = TokenBucket.make(limit / seconds, Duration.toMillis(burst), now())
  let earliestDeadline = Number.POSITIVE_INFINITY
  let timer: { readonly fiber: Fiber.RuntimeFiber<void>; readonly atMillis: number } | undefined

  const stopTimer = () => {
    timer?.fiber.unsafeInterruptAsFork(FiberId.none)
    timer = undefined
  }

  const wakeAt = (atMillis: number, nowMillis: number) => {
    // Waking too early and waiting again is cheaper than replacing the timer.
    if (timer !== undefined && timer.atMillis <= atMillis) return
    stopTimer()
    const wait = Math.min(Math.ceil(atMillis - nowMillis), longestMillis)
    const woken = Effect.sync(() => {
      timer = undefined
      serve()
    })
    timer = { fiber: Effect.runFork(Effect.zipRight(clock.sleep(Duration.millis(wait)), woken)), atMillis }
  }

  const leave = (waiter: Waiter, isAdmitted: boolean) => {
    queue.remove(waiter)
    waiter.isAdmitted = isAdmitted
    waiter.resume(isAdmitted ? granted : refused)
  }

  /** Refuses every waiter whose deadline has passed. */
  const expire = (nowMillis: number) => {
    earliestDeadline = Number.POSITIVE_INFINITY
    for (let waiter = queue.first(); waiter !== undefined; waiter = waiter.after) {
      if (waiter.deadlineMillis <= nowMillis) leave(waiter, false)
      else earliestDeadline = Math.min(earliestDeadline, waiter.deadlineMillis)
    }
  }

  /**
   * Returns an extra delay, so that one timer admits several waiters: waking the process costs more
   * than a call. At most half of the burst, so that a late timer loses no tokens.
   */
  const batchDelayMillis = () => {
    const intervalMillis = 1000 / bucket.perSecond
    return Math.max(0, Math.min((queue.size() - 1) * intervalMillis, bucket.burstMillis / 2 - intervalMillis))
  }

  const serve = () => {
    const nowMillis = now()
    if (earliestDeadline <= nowMillis) expire(nowMillis)
    let availableAt = TokenBucket.availableAtMillis(bucket)
    for (let waiter = queue.first(); waiter !== undefined && availableAt <= nowMillis; waiter = queue.first()) {
      bucket = TokenBucket.take(bucket, nowMillis)
      availableAt = TokenBucket.availableAtMillis(bucket)
      leave(waiter, true)
    }
    if (queue.size() === 0) stopTimer()
    else wakeAt(Math.min(availableAt + batchDelayMillis(), earliestDeadline), nowMillis)
  }

  const tryAcquire = () => {
    const nowMillis = now()
    if (queue.size() > 0 || TokenBucket.availableAtMillis(bucket) > nowMillis) return false
    bucket = TokenBucket.take(bucket, nowMillis)
    return true
  }

  const wait = (maxWaitMillis: number) =>
    Effect.async<boolean>((resume) => {
      const deadlineMillis = now() + maxWaitMillis
      const waiter: Waiter = { resume, deadlineMillis, isAdmitted: undefined, before: undefined, after: undefined }
      queue.add(waiter)
      earliestDeadline = Math.min(earliestDeadline, deadlineMillis)
      serve()
      return Effect.sync(() => {
        if (waiter.isAdmitted === undefined) queue.remove(waiter)
        // Interrupted after it was admitted and before it sent its request.
        else if (waiter.isAdmitted) bucket = TokenBucket.refund(bucket)
        serve()
      })
    })

  const pause = (millis: number) => {
    const nowMillis = now()
    bucket = TokenBucket.pausedUntil(bucket, nowMillis + millis, nowMillis)
  }

  return {
    acquire: (maxWait) => Effect.suspend(() => (tryAcquire() ? granted : wait(Duration.toMillis(maxWait)))),
    throttled: (duration) => Effect.sync(() => pause(Duration.toMillis(duration))),
    tryAcquire,
    availableInMillis: () => {
      const afterQueue = TokenBucket.availableAtMillis(bucket) + (queue.size() * 1000) / bucket.perSecond
      return Math.max(0, afterQueue - now())
    },
    refund: () => {
      bucket = TokenBucket.refund(bucket)
      serve()
    },
    setPerSecond: (perSecond) => {
      bucket = TokenBucket.withRate(bucket, perSecond, now())
      serve()
    },
    pause
  }
})

/**
 * Makes a token bucket with a queue. All waiting fibers share one timer. Dies if `limit` or
 * `interval` is not positive.
 *
 * @example
 * ```ts
 * import { RateLimit } from "@effect-glowmarkt/core"
 * import { Duration, Effect } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const limiter = yield* RateLimit.make({ limit: 180, interval: "1 second" })
 *   const isAdmitted = yield* limiter.acquire(Duration.seconds(30))
 *   yield* Effect.log(isAdmitted ? "sending" : "rate limited")
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make: (rateLimit: RateLimit) => Effect.Effect<LocalRateLimiter> = makeLimiter
