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
 * Loads a module that only some invocations of a command need.
 *
 * @since 0.1.0
 * @category constructors
 */
export const module = <Module>(load: () => Promise<Module>): Effect.Effect<Module, UsageError> =>
  Effect.tryPromise({ try: load, catch: (error) => new UsageError({ message: LoadError.message(error) }) })

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
    Effect.flatMap(module(load), (loaded) => pick(loaded)(options))
