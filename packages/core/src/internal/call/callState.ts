import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type * as Tracer from "effect/Tracer"
import * as CallOptions from "../../CallOptions.js"
import type * as CircuitBreaker from "../../CircuitBreaker.js"
import type { Credential, Grant } from "../../Credential.js"
import type * as GlowmarktError from "../../GlowmarktError.js"
import type * as Operation from "../../Operation.js"
import type { RateLimiter } from "../../RateLimit.js"
import type * as RetryBudget from "../../RetryBudget.js"
import type * as RetryPolicy from "../../RetryPolicy.js"
import * as toError from "../error/toError.js"
import * as transport from "../transport/transport.js"
import { memoize } from "./memoize.js"
import * as monotonicClock from "./monotonicClock.js"
import * as telemetry from "./telemetry.js"

type AnyError = GlowmarktError.GlowmarktError

export interface Settings {
  readonly baseUrl: string
  /** The time limit of one attempt. */
  readonly timeoutMillis: number
  readonly retry: RetryPolicy.RetryPolicy
  /** The time limit of all attempts together: `retry.total`. */
  readonly totalMillis: number
  readonly budget: RetryBudget.Balance
  readonly circuit: CircuitBreaker.Circuit
  /** Every request waits for each of them in this order. */
  readonly limiters: ReadonlyArray<RateLimiter>
  readonly maxBodyBytes: number
  readonly tracePropagation: "none" | "w3c"
}

// Node's timers fire at once if the delay is longer than this.
const longestMillis = 2 ** 31 - 1

/** An operation bound to credentials. All calls of the operation share this value. */
export interface BoundOperation {
  readonly operation: Operation.Any
  readonly credential: Credential<Grant>
  readonly telemetry: telemetry.Telemetry
  readonly settingsFor: (options: CallOptions.Options) => Settings
  /** Scheme, host and port. */
  readonly server: string
}

/** One call. All attempts of the call share this value. */
export interface Call extends Omit<BoundOperation, "settingsFor"> {
  readonly settings: Settings
  readonly prepared: Operation.Prepared
  /** Whether a tracer records spans; without one, none are created. */
  readonly traced: boolean
  readonly clock: Clock.Clock
  /** When the call started, as read from `monotonicClock`. */
  readonly startedMillis: number
  /** The parent of the attempts' spans. Undefined if that is the fiber's current span. */
  readonly span: Tracer.Span | undefined
  /**
   * Makes an effect interruptible. It wraps everything that waits; the rest of a call is
   * uninterruptible, so that its end is always recorded.
   */
  readonly interruptible: <A, E, R>(wait: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

export interface Attempt {
  readonly grant: Grant
  readonly number: number
  readonly credentials: "original" | "replaced"
  /** Whether an earlier attempt may have been carried out. */
  readonly appliedBefore: boolean
}

/** The request of an attempt with the circuit breaker's permit. */
export interface AttemptRequest extends transport.Request {
  readonly permit: CircuitBreaker.Permit
}

export const first = (grant: Grant): Attempt => ({ grant, number: 1, credentials: "original", appliedBefore: false })

const limitersOf = (
  settings: Settings,
  { additionalRateLimiter, rateLimiter }: CallOptions.Options
): ReadonlyArray<RateLimiter> => {
  const own = rateLimiter === undefined ? settings.limiters : rateLimiter === "none" ? [] : [rateLimiter]
  return additionalRateLimiter === undefined ? own : [additionalRateLimiter, ...own]
}

const override = (settings: Settings, options: CallOptions.Options): Settings => ({
  ...settings,
  timeoutMillis: options.timeout === undefined ? settings.timeoutMillis : Duration.toMillis(options.timeout),
  retry: options.retry ?? settings.retry,
  totalMillis: options.retry === undefined ? settings.totalMillis : Duration.toMillis(options.retry.total),
  budget: options.retryBudget ?? settings.budget,
  circuit: options.circuitBreaker ?? settings.circuit,
  limiters: limitersOf(settings, options),
  maxBodyBytes: options.maxBodyBytes ?? settings.maxBodyBytes
})

/**
 * Returns the client's settings with a call's options applied, computed once per options object.
 */
export const overridable = (settings: Settings): BoundOperation["settingsFor"] =>
  memoize((options) => (options === CallOptions.none ? settings : override(settings, options)))

export const begin = (
  { credential, operation, server, settingsFor, telemetry: recorder }: BoundOperation,
  prepared: Operation.Prepared,
  fiber: Fiber.RuntimeFiber<unknown, unknown>,
  interruptible: Call["interruptible"]
): Call => {
  const clock = Context.get(fiber.currentDefaultServices, Clock.Clock)
  return {
    operation,
    credential,
    telemetry: recorder,
    settings: settingsFor(Context.get(fiber.currentContext, CallOptions.CallOptions)),
    server,
    prepared,
    traced: telemetry.isTraced(fiber),
    clock,
    startedMillis: monotonicClock.millis(clock),
    span: undefined,
    interruptible
  }
}

/**
 * Runs an effect of a call in the call's span, with the operation's name in its log annotations.
 */
export const within = <A, E>({ operation, span }: Call, effect: Effect.Effect<A, E>): Effect.Effect<A, E> => {
  const annotated = Effect.annotateLogs(effect, "operation", operation.name)
  return span === undefined ? annotated : Effect.withParentSpan(annotated, span)
}

/**
 * Returns the outcome of a call as metrics record it: `ok`, the tag of the error, `interrupted` or
 * `defect`.
 */
const outcomeOf = (exit: Exit.Exit<unknown, AnyError>): string => {
  if (Exit.isSuccess(exit)) return "ok"
  return Option.match(Cause.failureOption(exit.cause), {
    onSome: (error) => error._tag,
    onNone: () => (Cause.isInterruptedOnly(exit.cause) ? "interrupted" : "defect")
  })
}

export const elapsed = (call: Call): number => monotonicClock.millis(call.clock) - call.startedMillis

export const ended = (call: Call, exit: Exit.Exit<unknown, AnyError>): void => {
  if (Exit.isSuccess(exit)) call.settings.budget.refund()
  call.telemetry.ended(outcomeOf(exit), elapsed(call))
}

/** Returns the state of a call that its error reports. */
export const stateOf = (call: Call, { appliedBefore, grant, number }: Attempt): toError.CallState => ({
  operation: call.operation.name,
  caller: call.credential.caller,
  accountId: call.prepared.accountId,
  attempts: number,
  appliedBefore,
  elapsedMillis: Math.round(elapsed(call)),
  nowMillis: call.clock.unsafeCurrentTimeMillis(),
  sent: [
    ...Object.values(grant).flatMap((secret) => toError.secretForms(Redacted.value(secret))),
    ...call.prepared.values
  ]
})

/**
 * Returns the state of a call like {@link stateOf}, for an attempt that was not sent and does not
 * count.
 */
export const unsent = (call: Call, attempt: Attempt): toError.CallState => {
  const state = stateOf(call, attempt)
  return { ...state, attempts: state.attempts - 1 }
}

/** Milliseconds left for all attempts together. */
export const remaining = (call: Call): number => Math.min(call.settings.totalMillis - elapsed(call), longestMillis)

/**
 * Returns the request of the next attempt, or an error if no time is left or the circuit is open.
 */
export const acquire = (
  call: Call,
  attempt: Attempt,
  traceparent: string | undefined
): Either.Either<AttemptRequest, AnyError> => {
  const { operation, prepared, settings } = call
  const now = monotonicClock.millis(call.clock)
  const timeoutMillis = Math.min(
    settings.timeoutMillis,
    settings.totalMillis - (now - call.startedMillis),
    longestMillis
  )
  if (timeoutMillis <= 0) return Either.left(toError.tooLate(unsent(call, attempt), "rateLimit", settings.totalMillis))
  const entered = settings.circuit.enter(now)
  if (Either.isLeft(entered)) return Either.left(toError.circuitOpen(unsent(call, attempt), call.server, entered.left))
  if (attempt.number === 1) settings.budget.deposit()
  const headers = operation.headers(attempt.grant)
  return Either.right({
    method: operation.method,
    url: settings.baseUrl + prepared.path,
    headers: settings.tracePropagation === "w3c" && traceparent !== undefined ? { ...headers, traceparent } : headers,
    body: prepared.body,
    timeoutMillis,
    maxBodyBytes: settings.maxBodyBytes,
    permit: entered.right
  })
}

export const succeeded = (call: Call, { permit }: AttemptRequest): void => {
  permit.succeeded()
  call.telemetry.succeeded()
}

export const abandoned = (call: Call, outcome: "interrupted" | "defect"): void => call.telemetry.failed(outcome)

/**
 * Returns whether the server or the connection failed. A refusal, or a response that limits the
 * rate, shows that the server works.
 */
const isOutage = (error: AnyError): boolean =>
  error._tag === "TransportError" || (error.isTransient && error._tag !== "RateLimited")

const errorOf = (
  call: Call,
  attempt: Attempt,
  timeoutMillis: number,
  failure: AnyError | transport.Failure
): AnyError => {
  switch (failure._tag) {
    case "TransportFailure":
      return toError.fromTransport(stateOf(call, attempt), failure, call.server)
    case "TimedOut":
      return toError.timeout(stateOf(call, attempt), failure.phase, timeoutMillis)
    case "Redirected":
      return toError.redirected(stateOf(call, attempt))
    default:
      return failure
  }
}

/** Records the failure of an attempt and returns its error. */
export const failed = (
  call: Call,
  attempt: Attempt,
  { timeoutMillis, permit }: AttemptRequest,
  failure: AnyError | transport.Failure
): AnyError => {
  const error = errorOf(call, attempt, timeoutMillis, failure)
  // Nothing was sent, so this does not count as a request and says nothing about the server's
  // health.
  if (failure === transport.invalidRequest) return error
  call.telemetry.failed(error._tag)
  if (isOutage(error)) permit.failed(monotonicClock.millis(call.clock))
  else permit.succeeded()
  return error
}

/** Returns the account and credentials that the response must match. */
export const subject = ({ prepared }: Call, { grant }: Attempt) => ({ accountId: prepared.accountId, grant })
