import type * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import type * as RateLimiter from "effect/RateLimiter"
import * as Stream from "effect/Stream"
import type { Credential, Grant } from "../Credential.js"
import type { BodyReader, GlowmarktClient } from "../GlowmarktClient.js"
import * as GlowmarktError from "../GlowmarktError.js"
import type * as Operation from "../Operation.js"
import * as RetryPolicy from "../RetryPolicy.js"
import * as answers from "./answer.js"
import * as calls from "./call.js"
import * as failure from "./failure.js"
import * as telemetry from "./telemetry.js"
import * as wire from "./wire.js"

type Endpoint = HttpApiEndpoint.HttpApiEndpoint.Any
type AnyError = GlowmarktError.GlowmarktError

/** Sends one request, and makes of the answer what the call wants. */
type Exchange<A> = (
  request: wire.Request,
  call: calls.Call,
  attempt: calls.Attempt
) => Effect.Effect<A, AnyError | wire.Broken | wire.TimedOut>

/** A body on its way, and what to call an answer that turns out not to be what was promised. */
interface Arriving {
  readonly bytes: Stream.Stream<Uint8Array, GlowmarktError.CallError>
  readonly invalid: (
    reason: GlowmarktError.InvalidResponse["reason"],
    problem: string
  ) => GlowmarktError.InvalidResponse
}

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

const recover = <A>(
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
const answer = <A>(exchange: Exchange<A>, call: calls.Call): Effect.Effect<A, AnyError> =>
  Effect.flatMap(call.credential.current, (grant) => send(exchange, call, calls.first(grant)))

const observed = <A>(call: calls.Call, answer: Effect.Effect<A, AnyError>): Effect.Effect<A, AnyError> =>
  Effect.onExit(answer, (exit) => Effect.sync(() => calls.ended(call, exit)))

/**
 * The same call where it has nothing to wait for but the answer: no turn, no
 * sign-in. The transport calls back, and until then the fiber has nothing to do.
 * As soon as anything fails it goes on as any other call.
 */
const straight = <A>(
  start: wire.Start,
  understand: (call: calls.Call, attempt: calls.Attempt, answer: wire.Answer) => Either.Either<A, AnyError>,
  exchange: Exchange<A>,
  call: calls.Call,
  grant: Grant
): Effect.Effect<A, AnyError> =>
  Effect.uninterruptibleMask((restore) => {
    const attempt = calls.first(grant)
    const begun = (watch: telemetry.Watch): Effect.Effect<A, AnyError> => {
      const ended = <X extends Exit.Exit<A, AnyError>>(exit: X): X => {
        calls.ended(call, exit)
        watch.ended(exit)
        return exit
      }
      const allEnded = <X extends Exit.Exit<A, AnyError>>(exit: X): X => {
        watch.attempted(exit)
        return ended(exit)
      }
      const goOn = (error: AnyError) => {
        watch.attempted(Exit.fail(error))
        const rest = watch.within(restore(recover(exchange, call, attempt, error)))
        return Effect.onExit(rest, (exit) => Effect.sync(() => ended(exit)))
      }
      const admitted = calls.admit(call, attempt)
      if (Either.isLeft(admitted)) return goOn(admitted.left)
      const sent = admitted.right
      let cancel = () => {}
      const outcome = Effect.async<wire.Outcome>((resume) => {
        cancel = start(sent, (outcome) => resume(Effect.succeed(outcome)))
      })
      return Effect.matchCauseEffect(restore(outcome), {
        onSuccess: (outcome): Effect.Effect<A, AnyError> => {
          if (Either.isLeft(outcome)) return goOn(calls.failed(call, attempt, sent, outcome.left))
          watch.answered(outcome.right.status)
          try {
            const result = understand(call, attempt, outcome.right)
            if (Either.isLeft(result)) return goOn(calls.failed(call, attempt, sent, result.left))
            calls.succeeded(call, sent)
            return allEnded(Exit.succeed(result.right))
          } catch (defect) {
            // Of an operation's own decoder. It ends the call, too.
            return allEnded(Exit.die(defect))
          }
        },
        // Nothing but an interruption ends the wait for an answer otherwise.
        onFailure: (cause) => {
          cancel()
          return allEnded(Exit.failCause(cause))
        }
      })
    }
    return call.traced ? Effect.flatMap(call.telemetry.watch, begun) : begun(telemetry.unwatched)
  })

export const make = (client: HttpClient.HttpClient, settings: calls.Settings): Context.Tag.Service<GlowmarktClient> => {
  const transport = wire.make(client)
  const { origin } = new URL(settings.baseUrl)
  const settingsFor = calls.overridable(settings)

  const bound = (
    operation: Operation.Operation<Endpoint, unknown>,
    credential: Credential<Grant>
  ): calls.Bound & { readonly invalid: (problem: string) => Effect.Effect<never, GlowmarktError.InvalidInput> } => {
    const seen = telemetry.make(operation, settings.baseUrl)
    return {
      operation,
      credential,
      settingsFor,
      server: origin,
      telemetry: seen,
      invalid: (problem) => seen.callSpan(new GlowmarktError.InvalidInput({ operation: operation.name, problem }))
    }
  }

  return {
    baseUrl: settings.baseUrl,

    bind: <E extends Endpoint, Success, G extends Grant>(
      operation: Operation.Operation<E, Success>,
      credential: Credential<G>
    ) => {
      const binding = bound(operation, credential)
      const understand = (call: calls.Call, attempt: calls.Attempt, answer: wire.Answer) =>
        answers.understand(operation, () => calls.stateOf(call, attempt), answer)
      const exchange: Exchange<Success> = (request, call, attempt) =>
        Effect.flatMap(transport.send(request), (answer) => {
          const understood = understand(call, attempt, answer)
          return call.traced ? Effect.zipRight(telemetry.status(answer.status), understood) : understood
        })
      const { start } = transport
      const call = (input: Operation.Input<E>): Effect.Effect<Success, AnyError> => {
        const prepared = operation.prepare(input)
        if (Either.isLeft(prepared)) return binding.invalid(prepared.left)
        return Effect.withFiberRuntime<Success, AnyError>((fiber) => {
          const call = calls.begin(binding, prepared.right, fiber)
          if (start !== undefined && Option.isNone(call.settings.limiter)) {
            const held = credential.held(call.startedMillis)
            if (Option.isSome(held)) return straight(start, understand, exchange, call, held.value)
          }
          const called = observed(call, answer(exchange, call))
          return call.traced ? call.telemetry.callSpan(called) : called
        })
      }
      // An answer yields the specific members only where the endpoint declares
      // them, `Rejected` comes only from operations that answer `{"valid"}`, and
      // `InvalidInput` only from those that take input: which is what `Failure`
      // says of the endpoint's type.
      return call as (input: Operation.Input<E>) => Effect.Effect<Success, Operation.Failure<E>>
    },

    bindStream: <E extends Endpoint, G extends Grant, A>(
      operation: Operation.Operation<E, unknown>,
      credential: Credential<G>,
      read: BodyReader<A>
    ) => {
      const binding = bound(operation, credential)
      const exchange: Exchange<Arriving> = (request, call, attempt) =>
        Effect.flatMap(transport.open(request), ({ status, stream, whole }) => {
          const state = () => calls.stateOf(call, attempt)
          const arriving: Arriving = {
            bytes: Stream.mapError(stream, (problem) =>
              problem._tag === "Broken"
                ? failure.fromTransport(state(), problem, call.server)
                : failure.timeout(state(), problem.phase, Duration.millis(request.patienceMillis))
            ),
            invalid: (reason, problem) => failure.invalidBody(state(), status, reason, problem)
          }
          const opened = answers.isSuccess(status)
            ? Effect.succeed(arriving)
            : Effect.flatMap(whole, (answer) =>
                Either.map(answers.understand(operation, state, answer), () => ({ ...arriving, bytes: Stream.empty }))
              )
          return call.traced ? Effect.zipRight(telemetry.status(status), opened) : opened
        })
      const call = (input: Operation.Input<E>): Stream.Stream<A, AnyError> => {
        const prepared = operation.prepare(input)
        if (Either.isLeft(prepared)) return Stream.fromEffect(binding.invalid(prepared.left))
        return Stream.unwrap(
          Effect.withFiberRuntime<Stream.Stream<A, AnyError>>((fiber) => {
            const call = calls.begin(binding, prepared.right, fiber)
            // The call lasts to the last byte: what breaks on the way has not gone well.
            const called = Stream.unwrap(
              Effect.map(answer(exchange, call), ({ bytes, invalid }) => read(bytes, invalid))
            ).pipe(Stream.ensuringWith((exit) => Effect.sync(() => calls.ended(call, exit))))
            return Effect.succeed(call.traced ? call.telemetry.streamSpan(called) : called)
          })
        )
      }
      // As for `bind`.
      return call as (input: Operation.Input<E>) => Stream.Stream<A, Operation.Failure<E>>
    }
  }
}
