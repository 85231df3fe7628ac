import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type * as RateLimiter from "effect/RateLimiter"
import * as Redacted from "effect/Redacted"
import * as CallOptions from "../CallOptions.js"
import type * as CircuitBreaker from "../CircuitBreaker.js"
import type { Credential, Grant } from "../Credential.js"
import type * as GlowmarktError from "../GlowmarktError.js"
import type * as Operation from "../Operation.js"
import type * as RetryBudget from "../RetryBudget.js"
import type * as RetryPolicy from "../RetryPolicy.js"
import * as failure from "./failure.js"
import * as telemetry from "./telemetry.js"
import type * as wire from "./wire.js"

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
  readonly limiter: Option.Option<RateLimiter.RateLimiter>
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
  /** Whether anybody sees spans: what nobody sees is not made. */
  readonly traced: boolean
  readonly clock: Clock.Clock
  readonly startedMillis: number
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
export interface Sent extends wire.Request {
  /** Of the circuit breaker. */
  readonly generation: number
}

export const first = (grant: Grant): Attempt => ({ grant, number: 1, credentials: "original", appliedBefore: false })

const limiterOf = (
  settings: Settings,
  { rateLimiter, turn }: CallOptions.Options
): Option.Option<RateLimiter.RateLimiter> => {
  const own =
    rateLimiter === undefined ? settings.limiter : rateLimiter === "none" ? Option.none() : Option.some(rateLimiter)
  if (turn === undefined) return own
  return Option.match(own, {
    onNone: () => Option.some(turn),
    onSome: (limiter): Option.Option<RateLimiter.RateLimiter> => Option.some((task) => turn(limiter(task)))
  })
}

const override = (settings: Settings, options: CallOptions.Options): Settings => ({
  ...settings,
  timeoutMillis: options.timeout === undefined ? settings.timeoutMillis : Duration.toMillis(options.timeout),
  retry: options.retry ?? settings.retry,
  totalMillis: options.retry === undefined ? settings.totalMillis : Duration.toMillis(options.retry.total),
  budget: options.retryBudget ?? settings.budget,
  circuit: options.circuitBreaker ?? settings.circuit,
  limiter: limiterOf(settings, options),
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
  fiber: Fiber.RuntimeFiber<unknown, unknown>
): Call => {
  const clock = Context.get(fiber.currentDefaultServices, Clock.Clock)
  const call: Call = {
    operation,
    credential,
    telemetry: observed,
    settings: settingsFor(Context.get(fiber.currentContext, CallOptions.CallOptions)),
    server,
    prepared,
    traced: telemetry.isTraced(fiber),
    clock,
    startedMillis: clock.unsafeCurrentTimeMillis()
  }
  call.settings.budget.call()
  return call
}

/** What metrics call the end of a call: ok, the tag of its error, interrupted, or a defect. */
const outcomeOf = (exit: Exit.Exit<unknown, AnyError>): string => {
  if (Exit.isSuccess(exit)) return "ok"
  return Option.match(Cause.failureOption(exit.cause), {
    onSome: (error) => error._tag,
    onNone: () => (Cause.isInterruptedOnly(exit.cause) ? "interrupted" : "defect")
  })
}

export const elapsed = (call: Call): number => call.clock.unsafeCurrentTimeMillis() - call.startedMillis

export const ended = (call: Call, exit: Exit.Exit<unknown, AnyError>): void => {
  if (Exit.isSuccess(exit)) call.settings.budget.success()
  call.telemetry.ended(outcomeOf(exit), elapsed(call))
}

/** What is known of a call, should it fail now. */
export const stateOf = (call: Call, { appliedBefore, grant, number }: Attempt): failure.CallState => ({
  operation: call.operation.name,
  caller: call.credential.caller,
  accountId: call.prepared.accountId,
  attempts: number,
  appliedBefore,
  elapsedMillis: elapsed(call),
  nowMillis: call.clock.unsafeCurrentTimeMillis(),
  sent: [...Object.values(grant).flatMap((secret) => failure.echoes(Redacted.value(secret))), ...call.prepared.values]
})

/** What is left of the time for all attempts together, in milliseconds. */
export const left = ({ settings, startedMillis }: Call, nowMillis: number): number =>
  Math.min(settings.totalMillis - (nowMillis - startedMillis), longest)

/** The request of an attempt, if it may be sent now. */
export const admit = (call: Call, attempt: Attempt): Either.Either<Sent, AnyError> => {
  const { operation, prepared, settings } = call
  const now = call.clock.unsafeCurrentTimeMillis()
  const patienceMillis = Math.min(settings.timeoutMillis, left(call, now))
  if (patienceMillis <= 0) return Either.left(failure.timeout(stateOf(call, attempt), "unsent", Duration.zero))
  if (Option.isSome(settings.circuit.refuses(now))) {
    return Either.left(failure.keptBack(stateOf(call, attempt), call.server))
  }
  call.telemetry.request()
  return Either.right({
    method: operation.method,
    url: settings.baseUrl + prepared.path,
    headers: operation.headers(attempt.grant),
    body: prepared.body,
    patienceMillis,
    maxBodyBytes: settings.maxBodyBytes,
    generation: settings.circuit.generation()
  })
}

/** The server does its work: it answered what the operation expects, or refused by itself. */
export const succeeded = ({ settings }: Call, { generation }: Sent): void => settings.circuit.succeeded(generation)

/** The error that a failed attempt is to its caller. */
export const failed = (
  call: Call,
  attempt: Attempt,
  { generation, patienceMillis }: Sent,
  problem: AnyError | wire.Broken | wire.TimedOut
): AnyError => {
  const { circuit } = call.settings
  const error =
    problem._tag === "Broken"
      ? failure.fromTransport(stateOf(call, attempt), problem, call.server)
      : problem._tag === "TimedOut"
        ? failure.timeout(stateOf(call, attempt), problem.phase, Duration.millis(patienceMillis))
        : problem
  if (!error.isTransient) circuit.succeeded(generation)
  else if (error._tag !== "RateLimited") circuit.failed(generation, call.clock.unsafeCurrentTimeMillis())
  return error
}
