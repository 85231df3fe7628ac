import * as HttpTraceContext from "@effect/platform/HttpTraceContext"
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

// `Metric.tagged` would look the key up again for every update.
const counter = (key: MetricKey.MetricKey.Counter<number>, tags: Tags) =>
  Metric.fromMetricKey(MetricKey.taggedWithLabels(key, labels(tags)))

const histogram = (key: MetricKey.MetricKey.Histogram, tags: Tags) =>
  Metric.fromMetricKey(MetricKey.taggedWithLabels(key, labels(tags)))

/** Returns the counter for an outcome of an operation, which is created on first use. */
const byOutcome = (key: MetricKey.MetricKey.Counter<number>, operation: string) => {
  const counters = new Map<string, Metric.Metric.Counter<number>>()
  return (outcome: string) => {
    const existing = counters.get(outcome)
    if (existing !== undefined) return existing
    const metric = counter(key, { operation, outcome })
    counters.set(outcome, metric)
    return metric
  }
}

export interface AttemptSpan {
  /** Records the status of the response. */
  readonly responded: (status: number) => void
  /**
   * The value of a W3C `traceparent` header, which makes this span the parent of the server's
   * spans.
   */
  readonly traceparent: string | undefined
  /** Runs an effect with this as its current span. */
  readonly within: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

/** The metrics and spans of one operation. */
export interface Telemetry {
  /** Counts a request that succeeded. */
  readonly succeeded: () => void
  /** Counts a request that failed: with the tag of an error, `interrupted` or `defect`. */
  readonly failed: (outcome: string) => void
  readonly retry: () => void
  /** Records the time spent waiting for the rate limit. */
  readonly waited: (millis: number) => void
  /** Records the end of a call. */
  readonly ended: (outcome: string, millis: number) => void
  /**
   * Runs in the span of a call. It does not become the fiber's current span, which would double the
   * cost.
   */
  readonly callSpan: <A, E extends Failed>(use: (span: Tracer.Span) => Effect.Effect<A, E>) => Effect.Effect<A, E>
  /** Runs in the span of an attempt, whose parent is the current span if none is given. */
  readonly attemptSpan: <A, E extends Failed>(
    attempts: number,
    parent: Tracer.Span | undefined,
    use: (span: AttemptSpan) => Effect.Effect<A, E>
  ) => Effect.Effect<A, E>
  readonly streamSpan: <A, E, R>(call: Stream.Stream<A, E, R>) => Stream.Stream<A, E, R>
}

// Effect's default tracer discards its spans.
const defaultTracer = Context.get(DefaultServices.liveServices, Tracer.Tracer)

/** Returns whether a tracer records spans. If not, none are created. */
export const isTraced = (fiber: Fiber.RuntimeFiber<unknown, unknown>): boolean =>
  Context.get(fiber.currentDefaultServices, Tracer.Tracer) !== defaultTracer &&
  fiber.getFiberRef(FiberRef.currentTracerEnabled)

const serverOf = (baseUrl: string) => {
  const { hostname, port, protocol } = new URL(baseUrl)
  return { "server.address": hostname, "server.port": port === "" ? (protocol === "https:" ? 443 : 80) : Number(port) }
}

type Failed = { readonly _tag: string } | { readonly _tag: string; readonly status: number }

/** Returns the `error.type` attribute: the status if there was a response, otherwise the tag. */
export const errorType = (error: Failed) => ("status" in error ? String(error.status) : error._tag)

/** A span that does nothing, used if there is no tracer. */
export const untracedAttempt: AttemptSpan = { responded: () => {}, traceparent: undefined, within: identity }

/**
 * Runs an effect in a span. It needs no finalizer, because the effect is uninterruptible except
 * where it waits.
 */
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

/** Prepares the metrics and span attributes of an operation once for all its calls. */
export const make = (
  { method, name, route }: { readonly method: string; readonly name: string; readonly route: string },
  baseUrl: string
): Telemetry => {
  const metrics = {
    calls: byOutcome(calls, name),
    requests: byOutcome(requests, name),
    retries: counter(retries, { operation: name }),
    latency: histogram(latency, { operation: name }),
    rateLimitWait: histogram(rateLimitWait, { operation: name })
  }
  const ok = metrics.requests("ok")
  const attributes = {
    "http.request.method": method,
    // OpenTelemetry requires it. Ids are personal data, so the attribute contains the route and not
    // the path.
    "url.full": baseUrl + route,
    "url.template": route,
    ...serverOf(baseUrl)
  }
  const callName = `Glowmarkt.${name}`
  const attemptName = `${method} ${route}`
  return {
    succeeded: () => ok.unsafeUpdate(1, []),
    failed: (outcome) => metrics.requests(outcome).unsafeUpdate(1, []),
    retry: () => metrics.retries.unsafeUpdate(1, []),
    waited: (millis) => metrics.rateLimitWait.unsafeUpdate(millis, []),
    ended: (outcome, millis) => {
      metrics.calls(outcome).unsafeUpdate(1, [])
      metrics.latency.unsafeUpdate(millis, [])
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
            responded: (status) => span.attribute("http.response.status_code", status),
            traceparent: HttpTraceContext.toHeaders(span)["traceparent"],
            within: Effect.withParentSpan(span)
          }),
        (span, cause) => {
          if (Cause.isFailType(cause)) span.attribute("error.type", errorType(cause.error))
        }
      ),
    streamSpan: Stream.withSpan(callName, { captureStackTrace: false })
  }
}
