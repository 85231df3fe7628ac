import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberId from "effect/FiberId"

/** The clock of a program that provides no other. */
export const system = Context.get(DefaultServices.liveServices, Clock.Clock)

/**
 * Milliseconds from some instant on, for durations. The system's clock is set now
 * and then, which must neither expire a call nor extend it; a test's is not.
 */
export const millis = (clock: Clock.Clock): number =>
  clock === system ? performance.now() : Number(clock.unsafeCurrentTimeNanos()) / 1e6

// A little late is better than a wake-up for each.
const slackMillis = 5

// The longest that a timer can wait: with a longer one it does not wait at all.
const longestMillis = 2 ** 31 - 1

/**
 * Calls back after this time, or a little later; the result cancels it. A timer on the system's
 * clock does not keep the process alive: the sockets do while there is something to wait for.
 */
export const wake = (clock: Clock.Clock, waitMillis: number, callback: () => void): (() => void) => {
  if (clock === system) {
    const timer = setTimeout(callback, Math.min(waitMillis + slackMillis, longestMillis))
    // Browsers have numbers for timers.
    if (typeof timer === "object") timer.unref()
    return () => clearTimeout(timer)
  }
  const fiber = Effect.runFork(Effect.zipRight(clock.sleep(Duration.millis(waitMillis)), Effect.sync(callback)))
  return () => fiber.unsafeInterruptAsFork(FiberId.none)
}
