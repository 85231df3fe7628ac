/**
 * Leaving a server alone that does nothing but fail. Off unless the client is
 * given one.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"

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
 * @since 0.1.0
 * @category models
 */
export interface Circuit {
  /** Nothing if a request may be sent at this instant, else how long none may. */
  readonly refuses: (nowMillis: number) => Option.Option<Duration.Duration>
  /** To be asked when a request is sent, and given back with how it ended. */
  readonly generation: () => number
  readonly succeeded: (generation: number) => void
  readonly failed: (generation: number, nowMillis: number) => void
}

/**
 * @since 0.1.0
 * @category constructors
 */
export const make = ({ cooldown, failures }: CircuitBreaker): Circuit => {
  const pause = Duration.toMillis(cooldown)
  let inARow = 0
  let closedUntil = 0
  // A request sent before the circuit opened says nothing of the server since.
  let generation = 0
  return {
    refuses: (nowMillis) => {
      if (inARow < failures) return Option.none()
      if (nowMillis < closedUntil) return Option.some(Duration.millis(closedUntil - nowMillis))
      // This one goes through; the others wait for what it meets.
      closedUntil = nowMillis + pause
      return Option.none()
    },
    generation: () => generation,
    succeeded: (of) => {
      if (of === generation) inARow = 0
    },
    failed: (of, nowMillis) => {
      if (of !== generation) return
      inARow++
      if (inARow < failures) return
      closedUntil = nowMillis + pause
      generation++
    }
  }
}

/**
 * A circuit that never refuses.
 *
 * @since 0.1.0
 * @category constructors
 */
export const none: Circuit = {
  refuses: () => Option.none(),
  generation: () => 0,
  succeeded: () => {},
  failed: () => {}
}
