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
import * as monotonicClock from "./monotonicClock.js"
import * as telemetry from "./telemetry.js"

type AnyError = GlowmarktError.GlowmarktError

export interface Settings {
  readonly baseUrl: string
  /** What one attempt may take. */
  readonly timeoutMillis: number
  readonly retry: RetryPolicy.RetryPolicy
  /** What all attempts together may take: `retry.total`. */
  readonly totalMillis: number
  readonly budget: RetryBudget.Balance
  readonly circuit: CircuitBreaker.Circuit
  /** Each request waits for a turn of all of them, one after the other. */
  readonly limiters: ReadonlyArray<RateLimiter>
  readonly maxBodyBytes: number
}

// The longest that timers can wait: what is longer is as good as for ever.
const longest = 2 ** 31 - 1

/** An operation bound to credentials: what all its calls have in common. */
export interface Bound {
  readonly operation: Operation.Any
  readonly credential: Credential<Grant>
  readonly telemetry: telemetry.Telemetry
  readonly settingsFor: (options: CallOptions.Options) => Settings
  /** Scheme, host and port. */
  readonly server: string
}

/** One call: what stays the same over its attempts. */
export interface Call extends Omit<Bound, "settingsFor"> {
  readonly settings: Settings
  readonly prepared: Operation.Prepared
  /** Whether a tracer records spans; without one, none are created. */
  readonly traced: boolean
  readonly clock: Clock.Clock
  /** By `monotonicClock`. */
  readonly startedMillis: number
  /** The call's own span where one is made by hand; otherwise that of the fiber is its parent. */
  readonly span: Tracer.Span | undefined
  /** For its waits: everything else of a call is uninterruptible, so that its end is always seen. */
  readonly interruptible: <A, E, R>(wait: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

/** One attempt of a call, and what is known of those before it. */
export interface Attempt {
  readonly grant: Grant
  readonly number: number
  readonly credentials: "original" | "replaced"
  /** Whether an earlier attempt may have been carried out. */
  readonly appliedBefore: boolean
}

/** The request of an attempt. */
export interface Sent extends transport.Request {
  readonly permit: CircuitBreaker.Permit
}

export const first = (grant: Grant): Attempt => ({ grant, number: 1, credentials: "original", appliedBefore: false })

const limitersOf = (settings: Settings, { rateLimiter, turn }: CallOptions.Options): ReadonlyArray<RateLimiter> => {
  const own = rateLimiter === undefined ? settings.limiters : rateLimiter === "none" ? [] : [rateLimiter]
  return turn === undefined ? own : [turn, ...own]
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

/** The client's settings, and in their place what holds for some calls only. */
export const overridable = (settings: Settings): Bound["settingsFor"] => {
  const known = new WeakMap<CallOptions.Options, Settings>([[CallOptions.none, settings]])
  return (options) => {
    const before = known.get(options)
    if (before !== undefined) return before
    const overridden = override(settings, options)
    known.set(options, overridden)
    return overridden
  }
}

export const begin = (
  { credential, operation, server, settingsFor, telemetry: observed }: Bound,
  prepared: Operation.Prepared,
  fiber: Fiber.RuntimeFiber<unknown, unknown>,
  interruptible: Call["interruptible"]
): Call => {
  const clock = Context.get(fiber.currentDefaultServices, Clock.Clock)
  return {
    operation,
    credential,
    telemetry: observed,
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

/** What a call does beside sending is part of its span, and its logs name the operation. */
export const within = <A, E>({ operation, span }: Call, effect: Effect.Effect<A, E>): Effect.Effect<A, E> => {
  const annotated = Effect.annotateLogs(effect, "operation", operation.name)
  return span === undefined ? annotated : Effect.withParentSpan(annotated, span)
}

/** What metrics call the end of a call: ok, the tag of its error, interrupted, or a defect. */
const outcomeOf = (exit: Exit.Exit<unknown, AnyError>): string => {
  if (Exit.isSuccess(exit)) return "ok"
  return Option.match(Cause.failureOption(exit.cause), {
    onSome: (error) => error._tag,
    onNone: () => (Cause.isInterruptedOnly(exit.cause) ? "interrupted" : "defect")
  })
}

export const elapsed = (call: Call): number => monotonicClock.millis(call.clock) - call.startedMillis

export const ended = (call: Call, exit: Exit.Exit<unknown, AnyError>): void => {
  if (Exit.isSuccess(exit)) call.settings.budget.success()
  call.telemetry.ended(outcomeOf(exit), elapsed(call))
}

/** What is known of a call, should it fail now. */
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

/** The same before the attempt is sent. */
export const unsent = (call: Call, attempt: Attempt): toError.CallState => {
  const state = stateOf(call, attempt)
  return { ...state, attempts: state.attempts - 1 }
}

/** What is left of the time for all attempts together, in milliseconds. */
export const left = (call: Call): number => Math.min(call.settings.totalMillis - elapsed(call), longest)

/** The request of an attempt, if it may be sent now. */
export const acquire = (call: Call, attempt: Attempt): Either.Either<Sent, AnyError> => {
  const { operation, prepared, settings } = call
  const now = monotonicClock.millis(call.clock)
  const timeoutMillis = Math.min(settings.timeoutMillis, settings.totalMillis - (now - call.startedMillis), longest)
  if (timeoutMillis <= 0) return Either.left(toError.tooLate(unsent(call, attempt), "turn", settings.totalMillis))
  const entered = settings.circuit.enter(now)
  if (Either.isLeft(entered)) return Either.left(toError.circuitOpen(unsent(call, attempt), call.server, entered.left))
  if (attempt.number === 1) settings.budget.call()
  return Either.right({
    method: operation.method,
    url: settings.baseUrl + prepared.path,
    headers: operation.headers(attempt.grant),
    body: prepared.body,
    timeoutMillis,
    maxBodyBytes: settings.maxBodyBytes,
    permit: entered.right
  })
}

/** The server does its work: it answered what the operation expects. */
export const succeeded = (call: Call, { permit }: Sent): void => {
  permit.succeeded()
  call.telemetry.answered()
}

/** The caller no longer waits for the response. */
export const abandoned = (call: Call, ending: "interrupted" | "defect"): void => call.telemetry.requested(ending)

/** Whether the server or the connection failed. A refusal or a rate limit shows that the server works. */
const isOutage = (error: AnyError): boolean =>
  error._tag === "TransportError" || (error.isTransient && error._tag !== "RateLimited")

const errorOf = (
  call: Call,
  attempt: Attempt,
  timeoutMillis: number,
  problem: AnyError | transport.Failure
): AnyError => {
  switch (problem._tag) {
    case "TransportFailure":
      return toError.fromTransport(stateOf(call, attempt), problem, call.server)
    case "TimedOut":
      return toError.timeout(stateOf(call, attempt), problem.phase, timeoutMillis)
    case "Redirected":
      return toError.redirected(stateOf(call, attempt))
    default:
      return problem
  }
}

/** The error that a failed attempt is to its caller. */
export const failed = (
  call: Call,
  attempt: Attempt,
  { timeoutMillis, permit }: Sent,
  problem: AnyError | transport.Failure
): AnyError => {
  const error = errorOf(call, attempt, timeoutMillis, problem)
  // What cannot be sent is no request, and says nothing of the server.
  if (problem === transport.invalidRequest) return error
  call.telemetry.requested(error._tag)
  if (isOutage(error)) permit.failed(monotonicClock.millis(call.clock))
  else permit.succeeded()
  return error
}

/** The account and credentials that the call is about. */
export const asked = ({ prepared }: Call, { grant }: Attempt) => ({ accountId: prepared.accountId, grant })
