import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberId from "effect/FiberId"

/** Effect's default clock. */
export const system = Context.get(DefaultServices.liveServices, Clock.Clock)

/**
 * Milliseconds since an arbitrary start, for measuring durations. Adjusting the system's time must
 * neither expire a call nor extend it. For other clocks, such as a `TestClock`, the clock itself is
 * read.
 */
export const millis = (clock: Clock.Clock): number =>
  clock === system ? performance.now() : Number(clock.unsafeCurrentTimeNanos()) / 1e6

// Timers run this much later, so that one timer expires several deadlines.
const slackMillis = 5

// Node's timers fire at once if the delay is longer than this.
const longestMillis = 2 ** 31 - 1

/**
 * Runs the callback after this time or slightly later, and returns a function that cancels it. A
 * timer of the system clock does not keep the process alive. The open sockets do.
 */
export const wake = (clock: Clock.Clock, waitMillis: number, callback: () => void): (() => void) => {
  if (clock === system) {
    const timer = setTimeout(callback, Math.min(waitMillis + slackMillis, longestMillis))
    // In browsers a timer is a number, which has no `unref`.
    if (typeof timer === "object") timer.unref()
    return () => clearTimeout(timer)
  }
  const fiber = Effect.runFork(Effect.zipRight(clock.sleep(Duration.millis(waitMillis)), Effect.sync(callback)))
  return () => fiber.unsafeInterruptAsFork(FiberId.none)
}
