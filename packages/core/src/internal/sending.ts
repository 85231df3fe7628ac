import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import type * as RateLimiter from "effect/RateLimiter"
import type * as GlowmarktError from "../GlowmarktError.js"
import * as RetryPolicy from "../RetryPolicy.js"
import * as calls from "./call.js"
import * as failure from "./failure.js"
import * as telemetry from "./telemetry.js"
import type * as wire from "./wire.js"

type AnyError = GlowmarktError.GlowmarktError

/** Sends one request, and makes of the answer what the call wants. */
export type Exchange<A> = (
  request: wire.Request,
  call: calls.Call,
  attempt: calls.Attempt
) => Effect.Effect<A, AnyError | wire.Broken | wire.TimedOut>

/** A turn by the client's own rate limit, if it comes while there is time. */
const turn = (
  call: calls.Call,
  attempt: calls.Attempt,
  limiter: RateLimiter.RateLimiter
): Effect.Effect<void, AnyError> =>
  Effect.suspend(() => {
    const waitedFrom = call.clock.unsafeCurrentTimeMillis()
    const patience = Duration.millis(Math.max(0, calls.left(call, waitedFrom)))
    return limiter(Effect.void).pipe(
      Effect.timeoutFail({
        duration: patience,
        onTimeout: () => failure.timeout(calls.stateOf(call, attempt), "unsent", patience)
      }),
      Effect.zipRight(Effect.sync(() => call.telemetry.waited(call.clock.unsafeCurrentTimeMillis() - waitedFrom)))
    )
  })

const sendOnce = <A>(exchange: Exchange<A>, call: calls.Call, attempt: calls.Attempt): Effect.Effect<A, AnyError> => {
  const sending = Effect.suspend((): Effect.Effect<A, AnyError> => {
    const admitted = calls.admit(call, attempt)
    if (Either.isLeft(admitted)) return Effect.fail(admitted.left)
    const sent = admitted.right
    return Effect.matchEffect(exchange(sent, call, attempt), {
      onSuccess: (result) => {
        calls.succeeded(call, sent)
        return Effect.succeed(result)
      },
      onFailure: (problem) => {
        const error = calls.failed(call, attempt, sent, problem)
        const failed = Effect.fail(error)
        return call.traced ? Effect.zipRight(telemetry.failed(error), failed) : failed
      }
    })
  })
  const inTurn = Option.match(call.settings.limiter, {
    onNone: () => sending,
    onSome: (limiter) => Effect.zipRight(turn(call, attempt, limiter), sending)
  })
  return call.traced ? call.telemetry.attemptSpan(inTurn, attempt.number) : inTurn
}

/** Sends, and on failure decides whether to send again. Only failures enter the decision. */
const send = <A>(exchange: Exchange<A>, call: calls.Call, attempt: calls.Attempt): Effect.Effect<A, AnyError> =>
  Effect.catchAll(sendOnce(exchange, call, attempt), (error) => recover(exchange, call, attempt, error))

export const recover = <A>(
  exchange: Exchange<A>,
  call: calls.Call,
  attempt: calls.Attempt,
  error: AnyError
): Effect.Effect<A, AnyError> =>
  Effect.gen(function* () {
    const next = { ...attempt, number: attempt.number + 1, appliedBefore: error.mayHaveBeenApplied }
    if (error._tag === "AccessDenied" && error.status === 401 && attempt.credentials === "original") {
      const replacement = yield* call.credential.replace(attempt.grant)
      if (Option.isNone(replacement)) return yield* Effect.fail(error)
      return yield* send(exchange, call, { ...next, grant: replacement.value, credentials: "replaced" })
    }
    const wait = RetryPolicy.delay(call.settings.retry, {
      error,
      repeatability: call.operation.repeatability,
      attempts: attempt.number,
      elapsed: Duration.millis(calls.elapsed(call)),
      random: yield* Random.next
    })
    const keptBack = error._tag === "TransportError" && error.code === failure.circuitOpen
    if (Option.isNone(wait) || keptBack || !call.settings.budget.withdraw()) return yield* Effect.fail(error)
    call.telemetry.retry()
    yield* Effect.annotateLogs(Effect.logDebug("trying again after a failure"), {
      operation: call.operation.name,
      attempts: attempt.number,
      waitMillis: Duration.toMillis(wait.value),
      failure: error._tag
    })
    yield* Effect.sleep(wait.value)
    return yield* send(exchange, call, next)
  })

/** The whole call. */
export const answer = <A>(exchange: Exchange<A>, call: calls.Call): Effect.Effect<A, AnyError> =>
  Effect.flatMap(call.credential.current, (grant) => send(exchange, call, calls.first(grant)))

export const observed = <A>(call: calls.Call, answer: Effect.Effect<A, AnyError>): Effect.Effect<A, AnyError> =>
  Effect.onExit(answer, (exit) => Effect.sync(() => calls.ended(call, exit)))
