/**
 * How the command wants its interruption understood. Most are cut short by it;
 * a server is meant to be ended that way.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import type * as ExitCode from "./ExitCode.js"

/**
 * - `code`: what the process ends with when it is interrupted.
 * - `lastWords`: what is to be said by one who cannot wait for the end: how to go on.
 *
 * @since 0.1.0
 * @category services
 */
export class InterruptPolicy extends Context.Tag("@effect-glowmarkt/cli/InterruptPolicy")<
  InterruptPolicy,
  { readonly code: Ref.Ref<ExitCode.ExitCode>; readonly lastWords: Ref.Ref<Option.Option<string>> }
>() {}

/**
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<InterruptPolicy["Type"]> = Effect.all({
  code: Ref.make<ExitCode.ExitCode>(130),
  lastWords: Ref.make(Option.none<string>())
})

/**
 * From here on, to be interrupted is to end well.
 *
 * @since 0.1.0
 * @category combinators
 */
export const endsWell: Effect.Effect<void, never, InterruptPolicy> = Effect.flatMap(InterruptPolicy, ({ code }) =>
  Ref.set(code, 0)
)

/**
 * Until {@link forget}, this is said before a hasty end.
 *
 * @since 0.1.0
 * @category combinators
 */
export const remember = (words: string): Effect.Effect<void, never, InterruptPolicy> =>
  Effect.flatMap(InterruptPolicy, ({ lastWords }) => Ref.set(lastWords, Option.some(words)))

/**
 * @since 0.1.0
 * @category combinators
 */
export const forget: Effect.Effect<void, never, InterruptPolicy> = Effect.flatMap(InterruptPolicy, ({ lastWords }) =>
  Ref.set(lastWords, Option.none())
)
