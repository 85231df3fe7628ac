/**
 * How the command wants its interruption understood. Most are cut short by it;
 * a server is meant to be ended that way.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import * as ExitCode from "./ExitCode.js"

/**
 * @since 0.1.0
 * @category services
 */
export class Ending extends Context.Tag("@effect-glowmarkt/cli/Ending")<Ending, Ref.Ref<ExitCode.ExitCode>>() {}

/**
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<Ending["Type"]> = Ref.make(ExitCode.interrupted)

/**
 * From here on, to be interrupted is to end well.
 *
 * @since 0.1.0
 * @category combinators
 */
export const endsWell: Effect.Effect<void, never, Ending> = Effect.flatMap(Ending, (ending) => Ref.set(ending, 0))
