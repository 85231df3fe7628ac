/**
 * The loop over a call's attempts. Whether an error is retried, and after which wait, is decided in
 * `RetryPolicy.ts`; what one attempt does is in `attempt.ts`.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import type * as GlowmarktError from "../../GlowmarktError.js"
import * as RetryPolicy from "../../RetryPolicy.js"
import * as signInFailure from "../credential/signInFailure.js"
import * as toError from "../error/toError.js"
import * as attempts from "./attempt.js"
import * as callState from "./callState.js"
import * as telemetry from "./telemetry.js"

type AnyError = GlowmarktError.GlowmarktError

/**
 * Obtains a grant within the call's remaining time. A failure to sign in becomes a failure of this
 * call.
 */
const obtainGrant = <A>(
  call: callState.Call,
  state: () => toError.CallState,
  obtain: Effect.Effect<A, GlowmarktError.CallError>
): Effect.Effect<A, AnyError> =>
  Effect.suspend(() => {
    const limitMillis = Math.max(0, callState.remaining(call))
    return obtain.pipe(
      Effect.mapError((error) => signInFailure.ofCall(error, state())),
      Effect.timeoutFail({
        duration: Duration.millis(limitMillis),
        onTimeout: () => toError.tooLate(state(), "token", limitMillis)
      }),
      call.interruptible
    )
  })

/**
 * Handles a failed attempt: tries again with a new grant after a 401, or follows the retry policy.
 */
const recover = <Received extends { readonly status: number }, A>(
  exchange: attempts.Exchange<Received, A>,
  call: callState.Call,
  attempt: callState.Attempt,
  error: AnyError
): Effect.Effect<A, AnyError> =>
  Effect.gen(function* () {
    const next = { ...attempt, number: attempt.number + 1, appliedBefore: error.mayHaveBeenApplied }
    if (error._tag === "AccessDenied" && error.status === 401 && attempt.credentials === "original") {
      const replace = call.credential.replace(attempt.grant)
      const replacement = yield* obtainGrant(call, () => callState.stateOf(call, attempt), replace)
      if (Option.isNone(replacement)) return yield* Effect.fail(error)
      yield* Effect.logDebug("retrying with a new token after a 401")
      return yield* repeated(exchange, call, { ...next, grant: replacement.value, credentials: "replaced" })
    }
    // The pause concerns every call that shares the limiter, whether or not this call is retried.
    if (error._tag === "RateLimited") {
      const pause = Option.getOrElse(error.retryAfter, () => Duration.zero)
      yield* Effect.forEach(call.settings.limiters, (limiter) => limiter.throttled(pause), { discard: true })
    }
    const wait = RetryPolicy.delay(call.settings.retry, {
      error,
      repeatability: call.operation.repeatability,
      attempts: attempt.number,
      elapsed: Duration.millis(callState.elapsed(call)),
      random: yield* Random.next
    })
    if (Option.isNone(wait) || toError.isUnsentByClient(error) || !call.settings.budget.tryWithdraw()) {
      return yield* Effect.fail(error)
    }
    call.telemetry.retry()
    yield* Effect.annotateLogs(Effect.logDebug("retrying after a failure"), {
      attempts: attempt.number,
      waitMillis: Math.round(Duration.toMillis(wait.value)),
      failure: telemetry.errorType(error)
    })
    yield* call.interruptible(Effect.sleep(wait.value))
    // If the retry could not be sent, the server's failure is the one to report.
    return yield* Effect.mapError(repeated(exchange, call, next), (later) =>
      toError.isUnsentByClient(later) ? error : later
    )
  })

const repeated = <Received extends { readonly status: number }, A>(
  exchange: attempts.Exchange<Received, A>,
  call: callState.Call,
  attempt: callState.Attempt
): Effect.Effect<A, AnyError> =>
  Effect.catchAll(attempts.make(exchange, call, attempt), (error) =>
    callState.within(call, recover(exchange, call, attempt, error))
  )

/** Signs in if needed and makes attempts until one succeeds or must not be retried. */
export const run = <Received extends { readonly status: number }, A>(
  exchange: attempts.Exchange<Received, A>,
  call: callState.Call
): Effect.Effect<A, AnyError> => {
  const grant = call.credential.peek(call.clock.unsafeCurrentTimeMillis())
  if (Option.isSome(grant)) return repeated(exchange, call, callState.first(grant.value))
  const unsent = () => callState.unsent(call, callState.first({}))
  return Effect.flatMap(callState.within(call, obtainGrant(call, unsent, call.credential.current)), (obtained) =>
    repeated(exchange, call, callState.first(obtained))
  )
}
