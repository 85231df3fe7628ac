/**
 * A circuit breaker: stops sending to a server that keeps failing. Off by default.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Either from "effect/Either"

/**
 * - `failures`: after how many failures in a row (of the server or the
 *   connection, not of credentials, input or limits) it opens.
 * - `cooldown`: how long it then refuses calls, before it lets one through to see.
 *
 * @since 0.1.0
 * @category models
 */
export interface CircuitBreaker {
  readonly failures: number
  readonly cooldown: Duration.DurationInput
}

/**
 * Leave to send one request, given back with how it ended: the server did its
 * work, or failed. What is not given back says nothing of the server.
 *
 * @since 0.1.0
 * @category models
 */
export interface Permit {
  /** Reports that the server did its work. */
  readonly succeeded: () => void
  /** Reports that the server failed, at this time of a monotonic clock. */
  readonly failed: (nowMillis: number) => void
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Circuit {
  /** Leave to send a request at this instant, or how long there will be none. */
  readonly enter: (nowMillis: number) => Either.Either<Permit, Duration.Duration>
}

/**
 * @since 0.1.0
 * @category constructors
 */
export const make = ({ cooldown, failures }: CircuitBreaker): Circuit => {
  const pause = Duration.toMillis(cooldown)
  let inARow = 0
  let openUntil = Number.NEGATIVE_INFINITY

  // All that are sent until it opens share one. What was sent before says nothing of the server since.
  const issue = (): Either.Either<Permit> => {
    const issued = Either.right<Permit>({
      succeeded: () => {
        if (issued === current) inARow = 0
      },
      failed: (nowMillis) => {
        if (issued !== current) return
        inARow++
        if (inARow < failures) return
        openUntil = nowMillis + pause
        current = issue()
      }
    })
    return issued
  }
  let current = issue()

  return {
    enter: (nowMillis) => {
      if (inARow < failures) return current
      if (nowMillis < openUntil) return Either.left(Duration.millis(Math.ceil(openUntil - nowMillis)))
      // One probe goes through; the other calls are refused until it ends.
      openUntil = nowMillis + pause
      return current
    }
  }
}

const always = Either.right<Permit>({ succeeded: () => {}, failed: () => {} })

/**
 * A circuit that never refuses.
 *
 * @since 0.1.0
 * @category constructors
 */
export const none: Circuit = { enter: () => always }
