/**
 * A circuit breaker stops sending requests to a server that keeps failing. Off by default.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Either from "effect/Either"

/**
 * - `failures`: the number of consecutive failures of the server or connection after which the
 *   circuit opens. Refused credentials, invalid input and rate limits do not count.
 * - `cooldown`: how long the open circuit refuses calls before it lets one through as a probe.
 *
 * @since 0.1.0
 * @category models
 */
export interface CircuitBreaker {
  readonly failures: number
  readonly cooldown: Duration.DurationInput
}

/**
 * A permit to send one request. The sender reports the outcome, unless the request says nothing
 * about the server's health, for example because it was interrupted.
 *
 * @since 0.1.0
 * @category models
 */
export interface Permit {
  /** Reports that the server works. */
  readonly succeeded: () => void
  /** Reports that the server failed, at this time of a monotonic clock. */
  readonly failed: (nowMillis: number) => void
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Circuit {
  /** Returns a permit to send a request now or, if the circuit is open, how long it stays open. */
  readonly enter: (nowMillis: number) => Either.Either<Permit, Duration.Duration>
}

/**
 * @example
 * ```ts
 * import { CircuitBreaker } from "@effect-glowmarkt/core"
 * import { Duration } from "effect"
 *
 * const circuit = CircuitBreaker.make({ failures: 10, cooldown: Duration.seconds(5) })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = ({ cooldown, failures }: CircuitBreaker): Circuit => {
  const pause = Duration.toMillis(cooldown)
  let inARow = 0
  let openUntil = Number.NEGATIVE_INFINITY

  // All requests that are sent before the circuit opens share a permit. Outcomes that arrive after
  // that are ignored.
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
      // One call goes through as a probe. The other calls are refused until the probe ends.
      openUntil = nowMillis + pause
      return current
    }
  }
}

const always = Either.right<Permit>({ succeeded: () => {}, failed: () => {} })

/**
 * A circuit that never opens.
 *
 * @example
 * ```ts
 * import { CircuitBreaker } from "@effect-glowmarkt/core"
 *
 * const permit = CircuitBreaker.none.enter(performance.now()) // always granted
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const none: Circuit = { enter: () => always }
