import type * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import type * as RateLimiter from "effect/RateLimiter"
import * as Stream from "effect/Stream"
import * as CallOptions from "../CallOptions.js"
import type * as CircuitBreaker from "../CircuitBreaker.js"
import type { Credential, Grant } from "../Credential.js"
import type { BodyReader, GlowmarktClient } from "../GlowmarktClient.js"
import * as GlowmarktError from "../GlowmarktError.js"
import type * as Operation from "../Operation.js"
import type * as RetryBudget from "../RetryBudget.js"
import * as RetryPolicy from "../RetryPolicy.js"
import * as answers from "./answer.js"
import * as failure from "./failure.js"
import * as telemetry from "./telemetry.js"
import * as wire from "./wire.js"

export interface Settings {
  readonly baseUrl: string
  readonly timeout: Duration.Duration
  readonly retry: RetryPolicy.RetryPolicy
  readonly budget: RetryBudget.Balance
  readonly circuit: CircuitBreaker.Circuit
  readonly limiter: Option.Option<RateLimiter.RateLimiter>
  readonly maxBodyBytes: number
}

type Endpoint = HttpApiEndpoint.HttpApiEndpoint.Any
type AnyError = GlowmarktError.GlowmarktError

/** Sends one request, and makes of the answer what the call wants. */
type Exchange<A> = (
  request: wire.Request,
  state: () => failure.CallState,
  traced: boolean
) => Effect.Effect<A, AnyError | wire.Broken | wire.TimedOut>

/** One call: what stays the same over its attempts. */
interface Call<A> {
  readonly operation: Operation.Operation<Endpoint, unknown>
  readonly prepared: Operation.Prepared
  readonly credential: Credential<Grant>
  readonly exchange: Exchange<A>
  readonly telemetry: telemetry.Telemetry
  /** Whether anybody sees spans: what nobody sees is not made. */
  readonly traced: boolean
  readonly clock: Clock.Clock
  readonly startedMillis: number
  /** The client's, and in their place what holds for these calls only. */
  readonly settings: Settings
}

/** A call under way: its answer, and what is to be told how it ended. */
interface Begun<A> {
  readonly answer: Effect.Effect<A, AnyError>
  readonly ended: (exit: Exit.Exit<unknown, AnyError>) => void
  readonly traced: boolean
}

/** A body on its way, and what to call an answer that turns out not to be what was promised. */
interface Arriving {
  readonly bytes: Stream.Stream<Uint8Array, GlowmarktError.CallError>
  readonly invalid: (
    reason: GlowmarktError.InvalidResponse["reason"],
    problem: string
  ) => GlowmarktError.InvalidResponse
}

const override = (settings: Settings, options: CallOptions.Options): Settings => ({
  ...settings,
  timeout: options.timeout === undefined ? settings.timeout : Duration.decode(options.timeout),
  retry: options.retry ?? settings.retry,
  budget: options.retryBudget ?? settings.budget,
  circuit: options.circuitBreaker ?? settings.circuit,
  limiter:
    options.rateLimiter === undefined
      ? settings.limiter
      : options.rateLimiter === "none"
        ? Option.none()
        : Option.some(options.rateLimiter),
  maxBodyBytes: options.maxBodyBytes ?? settings.maxBodyBytes
})

/** What metrics call the end of a call: ok, the tag of its error, interrupted, or a defect. */
const outcomeOf = (exit: Exit.Exit<unknown, AnyError>): string =>
  Exit.match(exit, {
    onSuccess: () => "ok",
    onFailure: (cause) =>
      Option.match(Cause.failureOption(cause), {
        onSome: (error) => error._tag,
        onNone: () => (Cause.isInterruptedOnly(cause) ? "interrupted" : "defect")
      })
  })

// The longest that timers can wait: what is longer is as good as for ever.
const longest = 2 ** 31 - 1

const origin = (url: string) => (URL.canParse(url) ? new URL(url).origin : url)

const elapsed = (call: Call<unknown>) => call.clock.unsafeCurrentTimeMillis() - call.startedMillis

/** One attempt of a call, and what is known of those before it. */
interface Attempt {
  readonly grant: Grant
  readonly number: number
  readonly credentials: "original" | "replaced"
  /** Whether an earlier attempt may have been carried out. */
  readonly appliedBefore: boolean
}

const stateOf =
  (call: Call<unknown>, { appliedBefore, grant, number }: Attempt) =>
  (): failure.CallState => ({
    operation: call.operation.name,
    caller: call.credential.caller,
    accountId: call.prepared.accountId,
    attempts: number,
    appliedBefore,
    elapsedMillis: elapsed(call),
    nowMillis: call.clock.unsafeCurrentTimeMillis(),
    sent: [...Object.values(call.operation.headers(grant)).flatMap(failure.echoes), ...call.prepared.values]
  })

export const make = (client: HttpClient.HttpClient, settings: Settings): Context.Tag.Service<GlowmarktClient> => {
  const transport = wire.make(client)
  const server = origin(settings.baseUrl)
  /** What is left for an attempt, in milliseconds. */
  const patienceOf = (call: Call<unknown>) =>
    Math.min(
      Duration.toMillis(call.settings.timeout),
      Duration.toMillis(call.settings.retry.total) - elapsed(call),
      longest
    )

  /** A turn by the client's own rate limit, if it comes while there is time. */
  const turn = (
    call: Call<unknown>,
    limiter: RateLimiter.RateLimiter,
    state: () => failure.CallState
  ): Effect.Effect<void, AnyError> => {
    const left = Duration.toMillis(call.settings.retry.total) - elapsed(call)
    const patience = Duration.millis(Math.min(Math.max(0, left), longest))
    const waitedFrom = call.clock.unsafeCurrentTimeMillis()
    return limiter(Effect.void).pipe(
      Effect.timeoutFail({ duration: patience, onTimeout: () => failure.timeout(state(), "unsent", patience) }),
      Effect.zipRight(Effect.sync(() => call.telemetry.waited(call.clock.unsafeCurrentTimeMillis() - waitedFrom)))
    )
  }

  const sendOnce = <A>(call: Call<A>, attempt: Attempt): Effect.Effect<A, AnyError> => {
    const { clock, operation, prepared } = call
    const { baseUrl, circuit, limiter, maxBodyBytes } = call.settings
    const state = stateOf(call, attempt)
    const sending = Effect.suspend((): Effect.Effect<A, AnyError> => {
      const patienceMillis = patienceOf(call)
      if (patienceMillis <= 0) return Effect.fail(failure.timeout(state(), "unsent", Duration.zero))
      if (Option.isSome(circuit.refuses(clock.unsafeCurrentTimeMillis()))) {
        return Effect.fail(failure.keptBack(state(), server))
      }
      const generation = circuit.generation()
      call.telemetry.request()
      const request: wire.Request = {
        method: operation.method,
        url: baseUrl + prepared.path,
        headers: operation.headers(attempt.grant),
        body: prepared.body,
        patienceMillis,
        maxBodyBytes
      }
      return Effect.matchEffect(call.exchange(request, state, call.traced), {
        onSuccess: (result) => {
          circuit.succeeded(generation)
          return Effect.succeed(result)
        },
        onFailure: (problem) => {
          const error =
            problem._tag === "Broken"
              ? failure.fromTransport(state(), problem, server)
              : problem._tag === "TimedOut"
                ? failure.timeout(state(), problem.phase, Duration.millis(patienceMillis))
                : problem
          if (!error.isTransient) circuit.succeeded(generation)
          else if (error._tag !== "RateLimited") circuit.failed(generation, clock.unsafeCurrentTimeMillis())
          const failed = Effect.fail(error)
          return call.traced ? Effect.zipRight(telemetry.failed(error), failed) : failed
        }
      })
    })
    const inTurn = Option.match(limiter, {
      onNone: () => sending,
      onSome: (limiter) => Effect.zipRight(turn(call, limiter, state), sending)
    })
    return call.traced ? call.telemetry.attemptSpan(inTurn, attempt.number) : inTurn
  }

  /** Sends, and on failure decides whether to send again. Only failures enter the decision. */
  const send = <A>(call: Call<A>, attempt: Attempt): Effect.Effect<A, AnyError> =>
    Effect.catchAll(sendOnce(call, attempt), (error) =>
      Effect.gen(function* () {
        const next = { ...attempt, number: attempt.number + 1, appliedBefore: error.mayHaveBeenApplied }
        if (error._tag === "AccessDenied" && error.status === 401 && attempt.credentials === "original") {
          const replacement = yield* call.credential.replace(attempt.grant)
          if (Option.isNone(replacement)) return yield* Effect.fail(error)
          return yield* send(call, { ...next, grant: replacement.value, credentials: "replaced" })
        }
        const wait = RetryPolicy.delay(call.settings.retry, {
          error,
          repeatability: call.operation.repeatability,
          attempts: attempt.number,
          elapsed: Duration.millis(elapsed(call)),
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
        return yield* send(call, next)
      })
    )

  const callWith = <E extends Endpoint, A>(
    operation: Operation.Operation<E, unknown>,
    credential: Credential<Grant>,
    exchange: Exchange<A>
  ) => {
    const observed = telemetry.make(operation, settings.baseUrl)
    const begin = (prepared: Operation.Prepared, fiber: Fiber.RuntimeFiber<unknown, unknown>): Begun<A> => {
      const options = Context.get(fiber.currentContext, CallOptions.CallOptions)
      const clock = Context.get(fiber.currentDefaultServices, Clock.Clock)
      const call: Call<A> = {
        operation,
        prepared,
        credential,
        exchange,
        telemetry: observed,
        traced: telemetry.isTraced(fiber),
        clock,
        startedMillis: clock.unsafeCurrentTimeMillis(),
        settings: options === CallOptions.none ? settings : override(settings, options)
      }
      const { budget } = call.settings
      budget.call()
      return {
        answer: Effect.flatMap(credential.current, (grant) =>
          send(call, { grant, number: 1, credentials: "original", appliedBefore: false })
        ),
        ended: (exit) => {
          if (Exit.isSuccess(exit)) budget.success()
          observed.ended(outcomeOf(exit), elapsed(call))
        },
        traced: call.traced
      }
    }
    const invalid = (problem: string) => new GlowmarktError.InvalidInput({ operation: operation.name, problem })
    return { begin, invalid, observed }
  }

  return {
    baseUrl: settings.baseUrl,

    bind: <E extends Endpoint, Success, G extends Grant>(
      operation: Operation.Operation<E, Success>,
      credential: Credential<G>
    ) => {
      const exchange: Exchange<Success> = (request, state, traced) =>
        Effect.flatMap(transport.send(request), (answer) => {
          const understood = answers.understand(operation, state, answer)
          return traced ? Effect.zipRight(telemetry.status(answer.status), understood) : understood
        })
      const { begin, invalid, observed } = callWith(operation, credential, exchange)
      const call = (input: Operation.Input<E>): Effect.Effect<Success, AnyError> => {
        const prepared = operation.prepare(input)
        if (Either.isLeft(prepared)) return observed.callSpan(invalid(prepared.left))
        return Effect.withFiberRuntime<Success, AnyError>((fiber) => {
          const { answer, ended, traced } = begin(prepared.right, fiber)
          const called = Effect.onExit(answer, (exit) => {
            ended(exit)
            return Effect.void
          })
          return traced ? observed.callSpan(called) : called
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
      const exchange: Exchange<Arriving> = (request, state, traced) =>
        Effect.flatMap(transport.open(request), ({ status, stream, whole }) => {
          const arriving: Arriving = {
            bytes: Stream.mapError(stream, (problem) =>
              problem._tag === "Broken"
                ? failure.fromTransport(state(), problem, server)
                : failure.timeout(state(), problem.phase, Duration.millis(request.patienceMillis))
            ),
            invalid: (reason, problem) => failure.invalidBody(state(), status, reason, problem)
          }
          const opened = answers.isSuccess(status)
            ? Effect.succeed(arriving)
            : Effect.flatMap(whole, (answer) =>
                Either.map(answers.understand(operation, state, answer), () => ({ ...arriving, bytes: Stream.empty }))
              )
          return traced ? Effect.zipRight(telemetry.status(status), opened) : opened
        })
      const { begin, invalid, observed } = callWith(operation, credential, exchange)
      const call = (input: Operation.Input<E>): Stream.Stream<A, AnyError> => {
        const prepared = operation.prepare(input)
        if (Either.isLeft(prepared)) return Stream.fromEffect(observed.callSpan(invalid(prepared.left)))
        return Stream.unwrap(
          Effect.withFiberRuntime<Stream.Stream<A, AnyError>>((fiber) => {
            const { answer, ended, traced } = begin(prepared.right, fiber)
            // The call lasts to the last byte: what breaks on the way has not gone well.
            const called = Stream.unwrap(Effect.map(answer, ({ bytes, invalid }) => read(bytes, invalid))).pipe(
              Stream.ensuringWith((exit) => Effect.sync(() => ended(exit)))
            )
            return Effect.succeed(traced ? observed.streamSpan(called) : called)
          })
        )
      }
      // As for `bind`.
      return call as (input: Operation.Input<E>) => Stream.Stream<A, Operation.Failure<E>>
    }
  }
}
