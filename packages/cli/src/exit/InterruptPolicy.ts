/**
 * How the process exits when it is interrupted: the exit code, and a final message. For most
 * commands an interruption is a failure; a server is meant to be stopped that way.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import type * as ExitCode from "./ExitCode.js"

/**
 * The service behind the tag {@link InterruptPolicy}.
 *
 * @since 0.1.0
 * @category models
 */
export interface InterruptPolicyService {
  /** The exit code after an interruption. */
  readonly code: Ref.Ref<ExitCode.ExitCode>
  /** A message that says how to resume, printed if a second signal ends the process at once. */
  readonly finalMessage: Ref.Ref<Option.Option<string>>
}

/**
 * @since 0.1.0
 * @category services
 */
export class InterruptPolicy extends Context.Tag("@effect-glowmarkt/cli/InterruptPolicy")<
  InterruptPolicy,
  InterruptPolicyService
>() {}

/**
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<InterruptPolicyService> = Effect.all({
  code: Ref.make<ExitCode.ExitCode>(130),
  finalMessage: Ref.make(Option.none<string>())
})

/**
 * From here on, an interruption exits with 0.
 *
 * @since 0.1.0
 * @category combinators
 */
export const exitWithSuccess: Effect.Effect<void, never, InterruptPolicy> = Effect.flatMap(
  InterruptPolicy,
  ({ code }) => Ref.set(code, 0)
)

/**
 * Sets the final message, until {@link clearFinalMessage}.
 *
 * @since 0.1.0
 * @category combinators
 */
export const setFinalMessage = (message: string): Effect.Effect<void, never, InterruptPolicy> =>
  Effect.flatMap(InterruptPolicy, ({ finalMessage }) => Ref.set(finalMessage, Option.some(message)))

/**
 * @since 0.1.0
 * @category combinators
 */
export const clearFinalMessage: Effect.Effect<void, never, InterruptPolicy> = Effect.flatMap(
  InterruptPolicy,
  ({ finalMessage }) => Ref.set(finalMessage, Option.none())
)
