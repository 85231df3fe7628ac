import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"

const system = Context.get(DefaultServices.liveServices, Clock.Clock)

/**
 * Milliseconds from some instant on, for durations. The system's clock is set now
 * and then, which must neither expire a call nor extend it; a test's is not.
 */
export const millis = (clock: Clock.Clock): number =>
  clock === system ? performance.now() : clock.unsafeCurrentTimeMillis()
