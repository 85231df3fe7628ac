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
  // 5 ms to about 80 s: from a server next door to the longest total timeout.
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

/** What an attempt tells its span. */
export interface AttemptSpan {
  readonly answered: (status: number) => void
  /** Makes it the current span of an effect. */
  readonly within: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

/** What is seen of one operation from outside. */
export interface Telemetry {
  /** A request ended as its call wanted it to. */
  readonly answered: () => void
  /** A request ended otherwise: by the tag of an error, or given up. */
  readonly requested: (outcome: string) => void
  readonly retry: () => void
  readonly waited: (millis: number) => void
  readonly ended: (outcome: string, millis: number) => void
  /** Runs in a span that is made and ended by hand: not the current one, which would cost as much again. */
  readonly callSpan: <A, E extends Failed>(use: (span: Tracer.Span) => Effect.Effect<A, E>) => Effect.Effect<A, E>
  /** The same for an attempt. Without a parent it is a child of the current span. */
  readonly attemptSpan: <A, E extends Failed>(
    attempts: number,
    parent: Tracer.Span | undefined,
    use: (span: AttemptSpan) => Effect.Effect<A, E>
  ) => Effect.Effect<A, E>
  readonly streamSpan: <A, E, R>(call: Stream.Stream<A, E, R>) => Stream.Stream<A, E, R>
}

// Effect's default tracer discards its spans.
const unseen = Context.get(DefaultServices.liveServices, Tracer.Tracer)

/** Whether a tracer records spans: creating discarded ones is wasted work. */
export const isTraced = (fiber: Fiber.RuntimeFiber<unknown, unknown>): boolean =>
  Context.get(fiber.currentDefaultServices, Tracer.Tracer) !== unseen &&
  fiber.getFiberRef(FiberRef.currentTracerEnabled)

const serverOf = (baseUrl: string) => {
  const { hostname, port, protocol } = new URL(baseUrl)
  return { "server.address": hostname, "server.port": port === "" ? (protocol === "https:" ? 443 : 80) : Number(port) }
}

type Failed = { readonly _tag: string } | { readonly _tag: string; readonly status: number }

/** How an attempt failed: by status if there was an answer. */
export const errorType = (error: Failed) => ("status" in error ? String(error.status) : error._tag)

/** Without a tracer there is no span. */
export const unseenAttempt: AttemptSpan = { answered: () => {}, within: identity }

/** Runs an effect that cannot be interrupted but in its waits, and ends its span when it ends. */
const spanned = <A, E>(
  made: Effect.Effect<Tracer.Span>,
  use: (span: Tracer.Span) => Effect.Effect<A, E>,
  onFailure: (span: Tracer.Span, cause: Cause.Cause<E>) => void
): Effect.Effect<A, E> =>
  Effect.withFiberRuntime<A, E>((fiber) => {
    const clock = Context.get(fiber.currentDefaultServices, Clock.Clock)
    const now = () => (fiber.getFiberRef(FiberRef.currentTracerTimingEnabled) ? clock.unsafeCurrentTimeNanos() : 0n)
    return Effect.flatMap(made, (span) => {
      const ended = (exit: Exit.Exit<A, E>) => {
        if (Exit.isFailure(exit)) onFailure(span, exit.cause)
        span.end(now(), exit)
        return exit
      }
      return Effect.matchCauseEffect(use(span), {
        onSuccess: (result) => ended(Exit.succeed(result)),
        onFailure: (cause) => ended(Exit.failCause(cause))
      })
    })
  })

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
  return {
    answered: () => answered.unsafeUpdate(1, []),
    requested: (outcome) => ours.requests(outcome).unsafeUpdate(1, []),
    retry: () => ours.retries.unsafeUpdate(1, []),
    waited: (millis) => ours.rateLimitWait.unsafeUpdate(millis, []),
    ended: (ending, millis) => {
      ours.calls(ending).unsafeUpdate(1, [])
      ours.latency.unsafeUpdate(millis, [])
    },
    callSpan: (use) => spanned(Effect.makeSpan(callName, { captureStackTrace: false }), use, () => {}),
    attemptSpan: (attempts, parent, use) =>
      spanned(
        Effect.makeSpan(attemptName, {
          kind: "client",
          captureStackTrace: false,
          attributes: attempts > 1 ? { ...attributes, "http.request.resend_count": attempts - 1 } : attributes,
          ...(parent === undefined ? {} : { parent })
        }),
        (span) =>
          use({
            answered: (status) => span.attribute("http.response.status_code", status),
            within: Effect.withParentSpan(span)
          }),
        (span, cause) => {
          if (Cause.isFailType(cause)) span.attribute("error.type", errorType(cause.error))
        }
      ),
    streamSpan: Stream.withSpan(callName, { captureStackTrace: false })
  }
}
