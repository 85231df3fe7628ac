/**
 * How many requests may be sent in a time. Those above it wait in a queue: first come, first served.
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
 * - `limit` requests in every `interval`, evenly spread.
 * - `burst`: how much unused time can be made up for at once. With a limit of 200/s, no second
 *   therefore sees more than 220 requests. Default: 100 milliseconds.
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
 * What a client asks before every request. {@link make} implements it for one process; a limit that
 * several processes share implements the same, for example on a row of a database.
 *
 * @since 0.1.0
 * @category models
 */
export interface RateLimiter {
  /**
   * Waits for a turn, but no longer than `patience`, and returns whether it got one. If interrupted,
   * it gives up its place in the queue.
   */
  readonly acquire: (patience: Duration.Duration) => Effect.Effect<boolean>
  /** A server refused a request and asked for this pause (`429`, `Retry-After`): no turns until it is over. */
  readonly throttled: (pause: Duration.Duration) => Effect.Effect<void>
}

/**
 * A limiter within one process. Schedulers can also ask without waiting.
 *
 * @since 0.1.0
 * @category models
 */
export interface LocalRateLimiter extends RateLimiter {
  /** Takes a turn if there is one now and no fiber waits for it. */
  readonly tryAcquire: () => boolean
  /** How long until there is a turn behind all that wait, in milliseconds; 0 if there is one now. */
  readonly opensInMillis: () => number
  /** Returns a turn that was taken for a request which was not sent. */
  readonly giveBack: () => void
  /** Changes the rate from now on, including for fibers that are already waiting. */
  readonly setPerSecond: (perSecond: number) => void
  /** No turns for this long: {@link RateLimiter.throttled} without an effect. */
  readonly pause: (millis: number) => void
}

/** A fiber that waits, between those that came before and after it. */
interface Waiter {
  readonly resume: (answer: Effect.Effect<boolean>) => void
  readonly deadlineMillis: number
  /** Whether it got its turn, once that is known. */
  isItsTurn: boolean | undefined
  before: Waiter | undefined
  after: Waiter | undefined
}

/** First come, first served; leaving from anywhere is as cheap as from the front. */
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

// The longest that timers can wait: with a longer one they do not wait at all.
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
    // One that wakes too early looks and waits on: cheaper than a new one.
    if (timer !== undefined && timer.atMillis <= atMillis) return
    stopTimer()
    // Whole milliseconds, as timers count.
    const wait = Math.min(Math.ceil(atMillis - nowMillis), longestMillis)
    const woken = Effect.sync(() => {
      timer = undefined
      serve()
    })
    timer = { fiber: Effect.runFork(Effect.zipRight(clock.sleep(Duration.millis(wait)), woken)), atMillis }
  }

  const leave = (waiter: Waiter, isItsTurn: boolean) => {
    queue.remove(waiter)
    waiter.isItsTurn = isItsTurn
    waiter.resume(isItsTurn ? granted : refused)
  }

  /** Drops all whose deadline has passed. Only looks at all of them when the earliest deadline may have come. */
  const expire = (nowMillis: number) => {
    earliestDeadline = Number.POSITIVE_INFINITY
    for (let waiter = queue.first(); waiter !== undefined; waiter = waiter.after) {
      if (waiter.deadlineMillis <= nowMillis) leave(waiter, false)
      else earliestDeadline = Math.min(earliestDeadline, waiter.deadlineMillis)
    }
  }

  /**
   * How long the first can wait for the next few, to be served together: waking the process up costs
   * more than a call. Half of the burst at most, so that a late timer loses no tokens.
   */
  const togetherMillis = () => {
    const intervalMillis = 1000 / bucket.perSecond
    return Math.max(0, Math.min((queue.size() - 1) * intervalMillis, bucket.burstMillis / 2 - intervalMillis))
  }

  const serve = () => {
    const nowMillis = now()
    if (earliestDeadline <= nowMillis) expire(nowMillis)
    let opensAt = TokenBucket.opensAtMillis(bucket)
    for (let waiter = queue.first(); waiter !== undefined && opensAt <= nowMillis; waiter = queue.first()) {
      bucket = TokenBucket.take(bucket, nowMillis)
      opensAt = TokenBucket.opensAtMillis(bucket)
      leave(waiter, true)
    }
    if (queue.size() === 0) stopTimer()
    else wakeAt(Math.min(opensAt + togetherMillis(), earliestDeadline), nowMillis)
  }

  const tryAcquire = () => {
    const nowMillis = now()
    if (queue.size() > 0 || TokenBucket.opensAtMillis(bucket) > nowMillis) return false
    bucket = TokenBucket.take(bucket, nowMillis)
    return true
  }

  const wait = (patienceMillis: number) =>
    Effect.async<boolean>((resume) => {
      const deadlineMillis = now() + patienceMillis
      const waiter: Waiter = {
        resume,
        deadlineMillis,
        isItsTurn: undefined,
        before: undefined,
        after: undefined
      }
      queue.add(waiter)
      earliestDeadline = Math.min(earliestDeadline, deadlineMillis)
      serve()
      return Effect.sync(() => {
        if (waiter.isItsTurn === undefined) queue.remove(waiter)
        // Interrupted between its turn and the request.
        else if (waiter.isItsTurn) bucket = TokenBucket.giveBack(bucket)
        serve()
      })
    })

  const pause = (millis: number) => {
    const nowMillis = now()
    bucket = TokenBucket.pausedUntil(bucket, nowMillis + millis, nowMillis)
  }

  return {
    acquire: (patience) => Effect.suspend(() => (tryAcquire() ? granted : wait(Duration.toMillis(patience)))),
    throttled: (duration) => Effect.sync(() => pause(Duration.toMillis(duration))),
    tryAcquire,
    opensInMillis: () => {
      const behindAll = TokenBucket.opensAtMillis(bucket) + (queue.size() * 1000) / bucket.perSecond
      return Math.max(0, behindAll - now())
    },
    giveBack: () => {
      bucket = TokenBucket.giveBack(bucket)
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
 * A token bucket with a queue. However many fibers wait, there is one timer.
 *
 * Dies if `limit` or `interval` is not positive.
 *
 * @example
 * ```ts
 * import { RateLimit } from "@effect-glowmarkt/core"
 * import { Duration, Effect } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const limiter = yield* RateLimit.make({ limit: 180, interval: "1 second" })
 *   const isMyTurn = yield* limiter.acquire(Duration.seconds(30))
 *   yield* Effect.log(isMyTurn ? "go" : "too late")
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make: (rateLimit: RateLimit) => Effect.Effect<LocalRateLimiter> = makeLimiter
