import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import { identity } from "effect/Function"
import * as Metric from "effect/Metric"
import * as MetricBoundaries from "effect/MetricBoundaries"
import * as MetricKey from "effect/MetricKey"
import * as MetricLabel from "effect/MetricLabel"
import * as Stream from "effect/Stream"
import * as Tracer from "effect/Tracer"

const calls = MetricKey.counter("glowmarkt_calls_total", {
  description: "Calls by operation and outcome: ok, or the tag of the error",
  incremental: true
})

const requests = MetricKey.counter("glowmarkt_requests_total", {
  description: "Requests sent by operation and outcome, retries included",
  incremental: true
})

const retries = MetricKey.counter("glowmarkt_retries_total", {
  description: "Requests sent again, by operation",
  incremental: true
})

const latency = MetricKey.histogram(
  "glowmarkt_call_duration_ms",
  // 5 ms to about 80 s: from a server next door to the end of the patience.
  MetricBoundaries.exponential({ start: 5, factor: 2, count: 15 }),
  "Duration of calls in milliseconds by operation, retries and waits included"
)

const rateLimitWait = MetricKey.histogram(
  "glowmarkt_rate_limit_wait_ms",
  MetricBoundaries.exponential({ start: 1, factor: 2, count: 15 }),
  "Time that requests waited for the client's own rate limit, in milliseconds by operation"
)

type Tags = Readonly<Record<string, string>>

const labels = (tags: Tags) => Object.entries(tags).map(([key, value]) => MetricLabel.make(key, value))

// The tags are part of the key: `Metric.tagged` would look the key up anew for every number.
const counter = (key: MetricKey.MetricKey.Counter<number>, tags: Tags) =>
  Metric.fromMetricKey(MetricKey.taggedWithLabels(key, labels(tags)))

const histogram = (key: MetricKey.MetricKey.Histogram, tags: Tags) =>
  Metric.fromMetricKey(MetricKey.taggedWithLabels(key, labels(tags)))

/** One counter for each outcome of an operation, made when it first occurs. */
const byOutcome = (key: MetricKey.MetricKey.Counter<number>, operation: string) => {
  const known = new Map<string, Metric.Metric.Counter<number>>()
  return (outcome: string) => {
    const before = known.get(outcome)
    if (before !== undefined) return before
    const metric = counter(key, { operation, outcome })
    known.set(outcome, metric)
    return metric
  }
}

/** What is told of a call that is no effect while it waits, so that its spans are ended by hand. */
export interface Watch {
  readonly answered: (status: number) => void
  /** The first attempt ended. */
  readonly attempted: (exit: Exit.Exit<unknown, Failed>) => void
  readonly ended: (exit: Exit.Exit<unknown, Failed>) => void
  /** What a call goes on with, in its span. */
  readonly within: <A, E, R>(rest: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

/** What is seen of one operation from outside. */
export interface Telemetry {
  /** Begins the spans of a call and of its first attempt. */
  readonly watch: Effect.Effect<Watch>
  /** A request ended as its call wanted it to. */
  readonly answered: () => void
  /** A request ended otherwise: by the tag of an error, or given up. */
  readonly requested: (outcome: string) => void
  readonly retry: () => void
  readonly waited: (millis: number) => void
  readonly ended: (outcome: string, millis: number) => void
  readonly callSpan: <A, E, R>(call: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  readonly streamSpan: <A, E, R>(call: Stream.Stream<A, E, R>) => Stream.Stream<A, E, R>
  readonly attemptSpan: <A, E, R>(attempt: Effect.Effect<A, E, R>, attempts: number) => Effect.Effect<A, E, R>
}

// The tracer that Effect has when a program chooses none: nobody sees its spans.
const unseen = Context.get(DefaultServices.liveServices, Tracer.Tracer)

/** Whether anybody would see a span: making one that nobody sees is work for nothing. */
export const isTraced = (fiber: Fiber.RuntimeFiber<unknown, unknown>): boolean =>
  Context.get(fiber.currentDefaultServices, Tracer.Tracer) !== unseen &&
  fiber.getFiberRef(FiberRef.currentTracerEnabled)

const serverOf = (baseUrl: string) => {
  const { hostname, port, protocol } = new URL(baseUrl)
  return { "server.address": hostname, "server.port": port === "" ? (protocol === "https:" ? 443 : 80) : Number(port) }
}

/** Notes the status of an answer on the span of its attempt. */
export const status = (code: number): Effect.Effect<void> =>
  Effect.annotateCurrentSpan("http.response.status_code", code)

type Failed = { readonly _tag: string } | { readonly _tag: string; readonly status: number }

/** How an attempt failed: by status if there was an answer. */
export const errorType = (error: Failed) => ("status" in error ? String(error.status) : error._tag)

/** Notes on the span of an attempt how it failed. */
export const failed = (error: Failed) => Effect.annotateCurrentSpan("error.type", errorType(error))

const nothing = () => {}

/** Nobody sees spans. */
export const unwatched: Watch = { answered: nothing, attempted: nothing, ended: nothing, within: identity }

/** The metrics of an operation are tagged once, and what its spans have in common is put together once. */
export const make = (
  { method, name, route }: { readonly method: string; readonly name: string; readonly route: string },
  baseUrl: string
): Telemetry => {
  const ours = {
    calls: byOutcome(calls, name),
    requests: byOutcome(requests, name),
    retries: counter(retries, { operation: name }),
    latency: histogram(latency, { operation: name }),
    rateLimitWait: histogram(rateLimitWait, { operation: name })
  }
  const answered = ours.requests("ok")
  const attributes = {
    "http.request.method": method,
    // By convention it is there; the ids in it are personal, so it names its parameters.
    "url.full": baseUrl + route,
    "url.template": route,
    ...serverOf(baseUrl)
  }
  const callName = `Glowmarkt.${name}`
  const attemptName = `${method} ${route}`
  const watch = Effect.withFiberRuntime<Watch>((fiber) => {
    const clock = Context.get(fiber.currentDefaultServices, Clock.Clock)
    const timed = fiber.getFiberRef(FiberRef.currentTracerTimingEnabled)
    const end = (span: Tracer.Span, exit: Exit.Exit<unknown, unknown>) =>
      span.end(timed ? clock.unsafeCurrentTimeNanos() : 0n, exit)
    return Effect.flatMap(Effect.makeSpan(callName, { captureStackTrace: false }), (call) =>
      Effect.map(
        Effect.makeSpan(attemptName, { parent: call, kind: "client", captureStackTrace: false, attributes }),
        (attempt): Watch => ({
          answered: (status) => attempt.attribute("http.response.status_code", status),
          attempted: (exit) => {
            if (Exit.isFailure(exit) && Cause.isFailType(exit.cause)) {
              attempt.attribute("error.type", errorType(exit.cause.error))
            }
            end(attempt, exit)
          },
          ended: (exit) => end(call, exit),
          within: Effect.withParentSpan(call)
        })
      )
    )
  })
  return {
    watch,
    answered: () => answered.unsafeUpdate(1, []),
    requested: (outcome) => ours.requests(outcome).unsafeUpdate(1, []),
    retry: () => ours.retries.unsafeUpdate(1, []),
    waited: (millis) => ours.rateLimitWait.unsafeUpdate(millis, []),
    ended: (ending, millis) => {
      ours.calls(ending).unsafeUpdate(1, [])
      ours.latency.unsafeUpdate(millis, [])
    },
    callSpan: Effect.withSpan(callName, { captureStackTrace: false }),
    streamSpan: Stream.withSpan(callName, { captureStackTrace: false }),
    attemptSpan: (attempt, attempts) =>
      Effect.withSpan(attempt, attemptName, {
        kind: "client",
        captureStackTrace: false,
        attributes: attempts > 1 ? { ...attributes, "http.request.resend_count": attempts - 1 } : attributes
      })
  }
}
