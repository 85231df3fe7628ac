import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Function from "effect/Function"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import type { Grant } from "../../Credential.js"
import type * as GlowmarktError from "../../GlowmarktError.js"
import type { RateLimiter } from "../../RateLimit.js"
import * as RetryPolicy from "../../RetryPolicy.js"
import * as signInFailure from "../credential/signInFailure.js"
import * as toError from "../error/toError.js"
import type * as transport from "../transport/transport.js"
import * as callState from "./callState.js"
import * as telemetry from "./telemetry.js"

type AnyError = GlowmarktError.GlowmarktError

/** Sends one request, and makes of the answer what the call wants. */
export type Exchange<A> = (
  request: transport.Request,
  call: callState.Call,
  attempt: callState.Attempt
) => Effect.Effect<A, AnyError | transport.Problem>

/** A turn by every limit that holds, if they come while there is time. */
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

const sendOnce = <A>(
  exchange: Exchange<A>,
  call: callState.Call,
  attempt: callState.Attempt
): Effect.Effect<A, AnyError> => {
  const sending = Effect.suspend((): Effect.Effect<A, AnyError> => {
    const admitted = callState.acquire(call, attempt)
    if (Either.isLeft(admitted)) return Effect.fail(admitted.left)
    const sent = admitted.right
    return exchange(sent, call, attempt).pipe(
      Effect.onInterrupt(() => Effect.sync(() => callState.abandoned(call, "interrupted"))),
      Effect.matchEffect({
        onSuccess: (result) => {
          callState.succeeded(call, sent)
          return Effect.succeed(result)
        },
        onFailure: (problem) => {
          const error = callState.failed(call, attempt, sent, problem)
          const failed = Effect.fail(error)
          return call.traced ? Effect.zipRight(telemetry.failed(error), failed) : failed
        }
      })
    )
  })
  const inTurn = call.settings.limiters.length === 0 ? sending : Effect.zipRight(turn(call, attempt), sending)
  return call.traced ? call.telemetry.attemptSpan(inTurn, attempt.number) : inTurn
}

/** Sends, and on failure decides whether to send again. Only failures enter the decision. */
const send = <A>(exchange: Exchange<A>, call: callState.Call, attempt: callState.Attempt): Effect.Effect<A, AnyError> =>
  Effect.catchAll(sendOnce(exchange, call, attempt), (error) => recover(exchange, call, attempt, error))

/** What a credential has to obtain first, while there is time. How that fails is said of this call, which waits for it. */
const obtained = <A>(
  call: callState.Call,
  state: () => toError.CallState,
  obtain: Effect.Effect<A, GlowmarktError.CallError>
): Effect.Effect<A, AnyError> =>
  Effect.suspend(() => {
    const patience = Math.max(0, callState.left(call))
    return obtain.pipe(
      Effect.mapError((error) => signInFailure.ofCall(error, state())),
      Effect.timeoutFail({
        duration: Duration.millis(patience),
        onTimeout: () => toError.tooLate(state(), "token", patience)
      })
    )
  })

export const recover = <A>(
  exchange: Exchange<A>,
  call: callState.Call,
  attempt: callState.Attempt,
  error: AnyError
): Effect.Effect<A, AnyError> =>
  Effect.gen(function* () {
    const next = { ...attempt, number: attempt.number + 1, appliedBefore: error.mayHaveBeenApplied }
    if (error._tag === "AccessDenied" && error.status === 401 && attempt.credentials === "original") {
      const replace = call.credential.replace(attempt.grant)
      const replacement = yield* obtained(call, () => callState.stateOf(call, attempt), replace)
      if (Option.isNone(replacement)) return yield* Effect.fail(error)
      yield* Effect.logDebug("trying again with a new token after a refusal")
      return yield* send(exchange, call, { ...next, grant: replacement.value, credentials: "replaced" })
    }
    const wait = RetryPolicy.delay(call.settings.retry, {
      error,
      repeatability: call.operation.repeatability,
      attempts: attempt.number,
      elapsed: Duration.millis(callState.elapsed(call)),
      random: yield* Random.next
    })
    if (Option.isNone(wait) || toError.isUnsentByClient(error) || !call.settings.budget.withdraw()) {
      return yield* Effect.fail(error)
    }
    call.telemetry.retry()
    yield* Effect.annotateLogs(Effect.logDebug("trying again after a failure"), {
      attempts: attempt.number,
      waitMillis: Math.round(Duration.toMillis(wait.value)),
      failure: telemetry.errorType(error)
    })
    // What the server asks of this call holds for all that share its limit.
    if (error._tag === "RateLimited" && Option.isSome(error.retryAfter)) {
      const pause = error.retryAfter.value
      yield* Effect.forEach(call.settings.limiters, (limiter) => limiter.throttled(pause), { discard: true })
    }
    yield* Effect.sleep(wait.value)
    // What went wrong at the server is what to tell, not that another request was kept back.
    return yield* Effect.mapError(send(exchange, call, next), (later) =>
      toError.isUnsentByClient(later) ? error : later
    )
  })

const tokenOf = (call: callState.Call): Effect.Effect<Grant, AnyError> =>
  Option.match(call.credential.peek(call.clock.unsafeCurrentTimeMillis()), {
    onNone: () => obtained(call, () => callState.unsent(call, callState.first({})), call.credential.current),
    onSome: Effect.succeed
  })

/** What is logged on the way says of which call. */
export const annotated = <A, E>(call: callState.Call, effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.annotateLogs(effect, "operation", call.operation.name)

/** The whole call. */
export const answer = <A>(exchange: Exchange<A>, call: callState.Call): Effect.Effect<A, AnyError> =>
  annotated(
    call,
    Effect.flatMap(
      Effect.suspend(() => tokenOf(call)),
      (grant) => send(exchange, call, callState.first(grant))
    )
  )

export const observed = <A>(call: callState.Call, answer: Effect.Effect<A, AnyError>): Effect.Effect<A, AnyError> =>
  Effect.onExit(answer, (exit) => Effect.sync(() => callState.ended(call, exit)))
