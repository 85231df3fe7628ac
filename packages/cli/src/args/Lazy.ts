/**
 * What a command does is loaded when it is called: `--help` and mistakes are
 * answered without the client, the runner and the simulator.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { UsageError } from "../exit/CommandError.js"
import { loadProblem } from "../exit/loadProblem.js"

/**
 * @since 0.1.0
 * @category constructors
 */
export const handler =
  <Module, Options, E, R>(
    load: () => Promise<Module>,
    pick: (module: Module) => (options: Options) => Effect.Effect<void, E, R>
  ) =>
  (options: Options): Effect.Effect<void, E | UsageError, R> =>
    Effect.tryPromise({ try: load, catch: (error) => new UsageError({ message: loadProblem(error) }) }).pipe(
      Effect.flatMap((module) => pick(module)(options))
    )
