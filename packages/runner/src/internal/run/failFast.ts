/** Failures inside a step that concern the whole run, such as a full disk. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"

/**
 * Fails the effect that {@link during} wraps. The step itself never ends, so no result is recorded
 * for its subject.
 */
export type Break<E> = (error: E) => Effect.Effect<never>

export const during = <E2, A, E, R>(use: (break_: Break<E2>) => Effect.Effect<A, E, R>): Effect.Effect<A, E | E2, R> =>
  Effect.flatMap(Deferred.make<never, E2>(), (broken) =>
    Effect.raceFirst(
      use((error) => Effect.zipRight(Deferred.fail(broken, error), Effect.never)),
      Deferred.await(broken)
    )
  )
