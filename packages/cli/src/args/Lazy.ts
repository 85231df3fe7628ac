/**
 * Loads a command's code when the command is called, so that `--help` and usage errors need neither
 * the client nor the runner nor the simulator.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { UsageError } from "../exit/CommandError.js"
import * as LoadError from "../exit/LoadError.js"

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
    Effect.tryPromise({ try: load, catch: (error) => new UsageError({ message: LoadError.message(error) }) }).pipe(
      Effect.flatMap((module) => pick(module)(options))
    )
