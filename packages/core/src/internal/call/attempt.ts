import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as GlowmarktError from "../../GlowmarktError.js"
import * as toError from "../error/toError.js"
import type * as transport from "../transport/transport.js"
import * as callState from "./callState.js"
import * as telemetry from "./telemetry.js"

type AnyError = GlowmarktError.GlowmarktError

/** How the requests of a call are sent and their responses decoded. */
export interface Exchange<Received extends { readonly status: number }, A> {
  readonly send: (request: transport.Request) => transport.PendingRequest<Received>
  /** See `Transport.readsContext`. */
  readonly readsContext: boolean
  readonly decode: (
    received: Received,
    request: transport.Request,
    call: callState.Call,
    attempt: callState.Attempt
  ) => Either.Either<A, AnyError>
}

/** Waits for each rate limiter in turn, within the call's remaining time. */
const waitForRateLimit = (call: callState.Call, attempt: callState.Attempt): Effect.Effect<void, AnyError> =>
  Effect.suspend(() => {
    const startedMillis = callState.elapsed(call)
    const limitMillis = Math.max(0, callState.remaining(call))
    // This does not use `Effect.forEach`, which costs more than everything else that the rate limit
    // adds to a call.
    const acquireFrom = (index: number): Effect.Effect<void, AnyError> => {
      const limiter = call.settings.limiters[index]
      if (limiter === undefined) {
        call.telemetry.waited(callState.elapsed(call) - startedMillis)
        return Effect.void
      }
      return Effect.flatMap(limiter.acquire(Duration.millis(Math.max(0, callState.remaining(call)))), (isAcquired) =>
        isAcquired
          ? acquireFrom(index + 1)
          : Effect.fail(toError.tooLate(callState.unsent(call, attempt), "rateLimit", limitMillis))
      )
    }
    return acquireFrom(0)
  })

/** Sends one request and decodes its response. */
const send = <Received extends { readonly status: number }, A>(
  exchange: Exchange<Received, A>,
  call: callState.Call,
  attempt: callState.Attempt,
  span: telemetry.AttemptSpan
): Effect.Effect<A, AnyError> => {
  const acquired = callState.acquire(call, attempt, span.traceparent)
  if (Either.isLeft(acquired)) return Effect.fail(acquired.left)
  const request = acquired.right
  const { cancel, response } = exchange.send(request)
  const failed = (failure: AnyError | transport.Failure) =>
    Effect.fail(callState.failed(call, attempt, request, failure))
  return Effect.matchCauseEffect(call.interruptible(exchange.readsContext ? span.within(response) : response), {
    onSuccess: (received): Effect.Effect<A, AnyError> => {
      span.responded(received.status)
      try {
        const decoded = exchange.decode(received, request, call, attempt)
        if (Either.isLeft(decoded)) return failed(decoded.left)
        callState.succeeded(call, request)
        return Effect.succeed(decoded.right)
      } catch (defect) {
        // The decoder of an operation that a program compiled itself may throw.
        callState.abandoned(call, "defect")
        return Effect.die(defect)
      }
    },
    onFailure: (cause): Effect.Effect<A, AnyError> => {
      const failure = Cause.failureOrCause(cause)
      if (Either.isLeft(failure)) return failed(failure.left)
      callState.abandoned(call, Cause.isInterrupted(cause) ? "interrupted" : "defect")
      return Effect.zipRight(cancel, Effect.failCause(failure.right))
    }
  })
}

/**
 * Makes one attempt of a call, in its own span: waits for the rate limit, asks the circuit breaker,
 * sends one request within its deadline, and decodes the response or classifies the failure.
 */
export const make = <Received extends { readonly status: number }, A>(
  exchange: Exchange<Received, A>,
  call: callState.Call,
  attempt: callState.Attempt
): Effect.Effect<A, AnyError> => {
  const run = (span: telemetry.AttemptSpan) =>
    call.settings.limiters.length === 0
      ? send(exchange, call, attempt, span)
      : Effect.flatMap(call.interruptible(waitForRateLimit(call, attempt)), () => send(exchange, call, attempt, span))
  return call.traced ? call.telemetry.attemptSpan(attempt.number, call.span, run) : run(telemetry.untracedAttempt)
}
