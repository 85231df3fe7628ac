/**
 * The exit code and the final message of an interrupted command. For most commands an interruption
 * is a failure; a server is meant to be stopped that way. What a first and a second Ctrl-C do is
 * decided in `Signals.ts`.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import type * as ExitCode from "./ExitCode.js"

/**
 * The service behind the tag {@link InterruptedExit}.
 *
 * @since 0.1.0
 * @category models
 */
export interface InterruptedExitService {
  /** The exit code after an interruption. */
  readonly code: Ref.Ref<ExitCode.ExitCode>
  /** A message that says how to resume, printed if a second signal ends the process at once. */
  readonly finalMessage: Ref.Ref<Option.Option<string>>
}

/**
 * @since 0.1.0
 * @category services
 */
export class InterruptedExit extends Context.Tag("@effect-glowmarkt/cli/InterruptedExit")<
  InterruptedExit,
  InterruptedExitService
>() {}

/**
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<InterruptedExitService> = Effect.all({
  code: Ref.make<ExitCode.ExitCode>(130),
  finalMessage: Ref.make(Option.none<string>())
})

/**
 * From here on, an interruption exits with 0.
 *
 * @since 0.1.0
 * @category combinators
 */
export const exitWithSuccess: Effect.Effect<void, never, InterruptedExit> = Effect.flatMap(
  InterruptedExit,
  ({ code }) => Ref.set(code, 0)
)

/**
 * Sets the final message, until {@link clearFinalMessage}.
 *
 * @since 0.1.0
 * @category combinators
 */
export const setFinalMessage = (message: string): Effect.Effect<void, never, InterruptedExit> =>
  Effect.flatMap(InterruptedExit, ({ finalMessage }) => Ref.set(finalMessage, Option.some(message)))

/**
 * @since 0.1.0
 * @category combinators
 */
export const clearFinalMessage: Effect.Effect<void, never, InterruptedExit> = Effect.flatMap(
  InterruptedExit,
  ({ finalMessage }) => Ref.set(finalMessage, Option.none())
)
