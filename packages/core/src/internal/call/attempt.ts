import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Function from "effect/Function"
import type * as GlowmarktError from "../../GlowmarktError.js"
import type { RateLimiter } from "../../RateLimit.js"
import * as toError from "../error/toError.js"
import type * as transport from "../transport/transport.js"
import * as callState from "./callState.js"
import * as telemetry from "./telemetry.js"

type AnyError = GlowmarktError.GlowmarktError

/** What a call does with its requests: how each is sent, and what its answer means. */
export interface Exchange<Received extends { readonly status: number }, A> {
  readonly send: (request: transport.Request) => transport.PendingRequest<Received>
  /** Whether a client of the program's own may look at the current span while it sends. */
  readonly readsContext: boolean
  readonly decode: (
    received: Received,
    request: transport.Request,
    call: callState.Call,
    attempt: callState.Attempt
  ) => Either.Either<A, AnyError>
}

/** Waits for a turn of every rate limit, as long as the call has time left. */
const turn = (call: callState.Call, attempt: callState.Attempt): Effect.Effect<void, AnyError> =>
  Effect.suspend(() => {
    const waitedFrom = callState.elapsed(call)
    const patience = Math.max(0, callState.left(call))
    const oneOf = (limiter: RateLimiter) =>
      Effect.filterOrFail(
        Effect.suspend(() => limiter.acquire(Duration.millis(Math.max(0, callState.left(call))))),
        Function.identity,
        () => toError.tooLate(callState.unsent(call, attempt), "turn", patience)
      )
    return Effect.zipRight(
      Effect.forEach(call.settings.limiters, oneOf, { discard: true }),
      Effect.sync(() => call.telemetry.waited(callState.elapsed(call) - waitedFrom))
    )
  })

/** Sends one request, and decodes its answer. */
const send = <Received extends { readonly status: number }, A>(
  exchange: Exchange<Received, A>,
  call: callState.Call,
  attempt: callState.Attempt,
  span: telemetry.AttemptSpan
): Effect.Effect<A, AnyError> => {
  const acquired = callState.acquire(call, attempt)
  if (Either.isLeft(acquired)) return Effect.fail(acquired.left)
  const request = acquired.right
  const { cancel, response } = exchange.send(request)
  const failed = (problem: AnyError | transport.Failure) =>
    Effect.fail(callState.failed(call, attempt, request, problem))
  return Effect.matchCauseEffect(call.interruptible(exchange.readsContext ? span.within(response) : response), {
    onSuccess: (received): Effect.Effect<A, AnyError> => {
      span.answered(received.status)
      try {
        const decoded = exchange.decode(received, request, call, attempt)
        if (Either.isLeft(decoded)) return failed(decoded.left)
        callState.succeeded(call, request)
        return Effect.succeed(decoded.right)
      } catch (defect) {
        // From the decoder of an operation that is not ours.
        callState.abandoned(call, "defect")
        return Effect.die(defect)
      }
    },
    onFailure: (cause): Effect.Effect<A, AnyError> => {
      const problem = Cause.failureOrCause(cause)
      if (Either.isLeft(problem)) return failed(problem.left)
      callState.abandoned(call, Cause.isInterrupted(cause) ? "interrupted" : "defect")
      return Effect.zipRight(cancel, Effect.failCause(problem.right))
    }
  })
}

/**
 * One attempt of a call: a turn of the rate limit, the circuit breaker, one request within its
 * deadline, and its answer decoded or classified, in a span of its own.
 */
export const make = <Received extends { readonly status: number }, A>(
  exchange: Exchange<Received, A>,
  call: callState.Call,
  attempt: callState.Attempt
): Effect.Effect<A, AnyError> => {
  const inTurn = (span: telemetry.AttemptSpan) =>
    call.settings.limiters.length === 0
      ? send(exchange, call, attempt, span)
      : Effect.flatMap(call.interruptible(turn(call, attempt)), () => send(exchange, call, attempt, span))
  return call.traced ? call.telemetry.attemptSpan(attempt.number, call.span, inTurn) : inTurn(telemetry.unseenAttempt)
}
