import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import type { Grant } from "../../Credential.js"
import type * as GlowmarktError from "../../GlowmarktError.js"
import type * as transport from "../transport/transport.js"
import * as callState from "./callState.js"
import { annotated, type Exchange, recover } from "./sending.js"
import * as telemetry from "./telemetry.js"

type AnyError = GlowmarktError.GlowmarktError

/**
 * The same call where it has nothing to wait for but the answer: no turn, no
 * sign-in. The transport calls back, and until then the fiber has nothing to do.
 * As soon as anything fails it goes on as any other call.
 */
export const straight = <A>(
  start: transport.Start,
  understand: (
    call: callState.Call,
    attempt: callState.Attempt,
    answer: transport.Answer
  ) => Either.Either<A, AnyError>,
  exchange: Exchange<A>,
  call: callState.Call,
  grant: Grant
): Effect.Effect<A, AnyError> =>
  Effect.uninterruptibleMask((restore) => {
    const attempt = callState.first(grant)
    const begun = (watch: telemetry.Watch): Effect.Effect<A, AnyError> => {
      const ended = <X extends Exit.Exit<A, AnyError>>(exit: X): X => {
        callState.ended(call, exit)
        watch.ended(exit)
        return exit
      }
      const allEnded = <X extends Exit.Exit<A, AnyError>>(exit: X): X => {
        watch.attempted(exit)
        return ended(exit)
      }
      const goOn = (error: AnyError) => {
        watch.attempted(Exit.fail(error))
        const rest = watch.within(annotated(call, restore(recover(exchange, call, attempt, error))))
        return Effect.onExit(rest, (exit) => Effect.sync(() => ended(exit)))
      }
      const admitted = callState.acquire(call, attempt)
      if (Either.isLeft(admitted)) return goOn(admitted.left)
      const sent = admitted.right
      let cancel = () => {}
      const outcome = Effect.async<transport.Outcome>((resume) => {
        cancel = start(sent, (outcome) => resume(Effect.succeed(outcome)))
      })
      return Effect.matchCauseEffect(restore(outcome), {
        onSuccess: (outcome): Effect.Effect<A, AnyError> => {
          if (Either.isLeft(outcome)) return goOn(callState.failed(call, attempt, sent, outcome.left))
          watch.answered(outcome.right.status)
          try {
            const result = understand(call, attempt, outcome.right)
            if (Either.isLeft(result)) return goOn(callState.failed(call, attempt, sent, result.left))
            callState.succeeded(call, sent)
            return allEnded(Exit.succeed(result.right))
          } catch (defect) {
            // Of an operation's own decoder. It ends the call, too.
            callState.abandoned(call, "defect")
            return allEnded(Exit.die(defect))
          }
        },
        // Nothing but an interruption ends the wait for an answer otherwise.
        onFailure: (cause) => {
          cancel()
          callState.abandoned(call, "interrupted")
          return allEnded(Exit.failCause(cause))
        }
      })
    }
    return call.traced ? Effect.flatMap(call.telemetry.watch, begun) : begun(telemetry.unwatched)
  })
