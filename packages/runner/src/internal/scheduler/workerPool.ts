/**
 * The workers of a run: one fiber for each subject that may be processed concurrently, all taking
 * subjects from one queue. There is no fiber or timer per subject, and no barrier between pages.
 * `decision.ts` decides what a free worker does; this module carries it out.
 */
import * as CallOptions from "@effect-glowmarkt/core/CallOptions"
import * as MonotonicClock from "@effect-glowmarkt/core/MonotonicClock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { Limits } from "../../Limits.js"
import type * as Progress from "../../Progress.js"
import { type RunContext, TransientFailure } from "../../Step.js"
import type { Flow } from "../run/flow.js"
import * as ConcurrencyLimit from "./concurrencyLimit.js"
import { decide, type Snapshot } from "./decision.js"
import * as FailurePolicy from "./failurePolicy.js"
import * as IdleWorkers from "./idleWorkers.js"
import * as Outage from "./outage.js"
import * as RateController from "./rateController.js"
import * as RequestMeter from "./requestMeter.js"
import { unretried } from "./unretried.js"
import * as WorkQueue from "./workQueue.js"

/**
 * Receives a result. Returns an effect to run before the worker's next subject, or `undefined` if
 * there is none.
 */
export interface ResultSink<A, E> {
  readonly add: (position: number, result: A) => Effect.Effect<void, E> | undefined
}

type Role = "worker" | "probe"

export interface WorkerPool<E, R> {
  /** Ends when the source has no more subjects and every subject has a result. */
  readonly run: Effect.Effect<void, E, R>
  readonly retries: () => number
  readonly concurrency: () => number
}

export const make = Effect.fnUntraced(function* <P extends object, S, A, E, R, E2>(
  flow: Pick<Flow<P, S, A, E, R>, "read" | "requests" | "retriedBy" | "step">,
  {
    context,
    limits,
    publish,
    sink,
    source,
    ...earlier
  }: {
    readonly context: RunContext<P>
    readonly limits: Limits
    readonly source: WorkQueue.SubjectSource<S, E2>
    readonly sink: ResultSink<A, E2>
    readonly publish: (event: Progress.Event) => void
    /** A subject that succeeded in an earlier attempt. */
    readonly healthySubject?: S | undefined
  }
): Effect.fn.Return<WorkerPool<E | E2, R>> {
  const clock = yield* Effect.clock
  const now = () => MonotonicClock.millis(clock)
  const concurrency = ConcurrencyLimit.make(limits.concurrency)
  const rate = yield* RateController.make(limits.rate, now())
  const outage = Outage.make({ clock, maxOutage: limits.maxOutage, publish, runId: context.runId })
  const policy = FailurePolicy.make<S, A, E>({ concurrency, outage, rate }, limits.deniedLimit)
  const queue = WorkQueue.make(source)
  const idle = IdleWorkers.make()
  const done = yield* Deferred.make<void>()

  let inFlight = 0
  let isProbing = false
  let retries = 0
  // As long as no request has been counted, the step may be using another client, whose requests
  // cannot be counted. Then each subject counts as one request.
  let isMetered = false
  let healthy = earlier.healthySubject

  const hasHealthySubject = () => healthy !== undefined && flow.read !== undefined

  const snapshot = (nowMillis: number): Snapshot => ({
    nowMillis,
    inFlight,
    allowed: concurrency.allowed(),
    untried: queue.untried(),
    pages: queue.pages(),
    retryAtMillis: queue.retryAtMillis(),
    rateOpensAtMillis: nowMillis + rate.limiter.availableInMillis(),
    probeAtMillis: policy.probeAtMillis(),
    isProbing,
    hasHealthySubject: hasHealthySubject()
  })

  const record = (settled: ReadonlyArray<FailurePolicy.SubjectResult<S, A>>): Effect.Effect<void, E2> | undefined => {
    let recording: Effect.Effect<void, E2> | undefined
    for (const { item, result } of settled) {
      const added = sink.add(item.position, result)
      if (added !== undefined) recording = recording === undefined ? added : Effect.zipRight(recording, added)
    }
    return recording
  }

  const carryOut = (action: FailurePolicy.Action<S, A, E>): Effect.Effect<void, E | E2> | undefined => {
    switch (action._tag) {
      case "Record":
        return record(action.settled)
      case "Retry":
        return void queue.retry(action.item, action.atMillis)
      case "EndRun":
        return Effect.fail(action.ending)
    }
  }

  const begin = (subject: S, role: Role, beganMillis: number) => {
    inFlight++
    isProbing ||= role === "probe"
    const requests = flow.requests?.(subject)
    if (requests !== 0) rate.limiter.tryAcquire()
    const meter = requests === undefined ? RequestMeter.make(rate.limiter) : undefined
    const sent = () => {
      if (meter === undefined) return requests ?? 0
      isMetered ||= meter.sent() > 0
      if (!isMetered) return 1
      if (meter.sent() === 0) rate.limiter.refund()
      return meter.sent()
    }
    return {
      metered: <A2, E3>(calls: Effect.Effect<A2, E3, R>): Effect.Effect<A2, E3, R> =>
        meter === undefined ? calls : CallOptions.locally(calls, { additionalRateLimiter: meter.limiter }),
      end: () => ({ requests: sent(), span: { beganMillis, endedMillis: now() } })
    }
  }

  /** Ends the work on a subject. It counts as in flight until its result is recorded. */
  const finish = (role: Role, recording?: Effect.Effect<void, E | E2>): Effect.Effect<void, E | E2> => {
    const end = () => {
      inFlight--
      if (role === "probe") isProbing = false
    }
    if (recording !== undefined) return Effect.map(recording, end)
    end()
    return Effect.void
  }

  const work = (item: WorkQueue.QueuedSubject<S>, role: Role, nowMillis: number): Effect.Effect<void, E | E2, R> => {
    if (item.strikes > 0) retries++
    const { end, metered } = begin(item.subject, role, nowMillis)
    if (inFlight < concurrency.allowed()) idle.wakeOne()
    return Effect.matchEffect(metered(flow.step(item.subject, context)), {
      onSuccess: (result) => {
        const { requests, span } = end()
        // Without a request, the result says nothing about the provider.
        if (requests === 0) return finish(role, record([{ item, result }]))
        healthy = item.subject
        rate.answered(requests, span.endedMillis)
        return finish(role, record([...policy.succeeded(span), { item, result }]))
      },
      onFailure: (error) => {
        if (!(error instanceof TransientFailure)) return Effect.fail(error)
        const { requests, span } = end()
        rate.answered(requests - 1, span.endedMillis)
        const hasUntried = queue.untried() > 0 || queue.pages() !== "none"
        const failureContext = { span, role, hasUntried, hasHealthySubject: hasHealthySubject() }
        return finish(role, carryOut(policy.failed(item, error, failureContext)))
      }
    })
  }

  /** Sends a probe that reads a subject whose result is already recorded. */
  const check = (
    read: NonNullable<Flow<P, S, A, E, R>["read"]>,
    subject: S,
    nowMillis: number
  ): Effect.Effect<void, E | E2, R> => {
    const { end, metered } = begin(subject, "probe", nowMillis)
    const checked = (error?: TransientFailure<unknown, E>) => {
      const { requests, span } = end()
      if (requests > 0) return finish("probe", carryOut(policy.checked(error, span)))
      // Reading it sent no request, so it cannot show whether the provider is available.
      healthy = undefined
      return finish("probe")
    }
    return Effect.matchEffect(metered(read(subject, context)), { onSuccess: () => checked(), onFailure: checked })
  }

  const probe = (nowMillis: number): Effect.Effect<void, E | E2, R> => {
    if (healthy !== undefined && flow.read !== undefined) return check(flow.read, healthy, nowMillis)
    const item = queue.takeUntried(policy.untriedFrom()) ?? queue.takeRetry()
    return item === undefined ? Effect.void : work(item, "probe", nowMillis)
  }

  const next = (): Effect.Effect<void, E | E2, R> => {
    const nowMillis = now()
    const decision = decide(snapshot(nowMillis))
    switch (decision._tag) {
      case "Work": {
        const item = decision.on === "retry" ? queue.takeRetry() : queue.takeUntried(policy.untriedFrom())
        return item === undefined ? Effect.void : work(item, "worker", nowMillis)
      }
      case "Probe":
        return probe(nowMillis)
      case "LoadPage":
        return queue.loadPage
      case "Wait":
        return idle.wait(decision.untilMillis, nowMillis)
      case "Stop":
        return Effect.zipRight(carryOut(policy.ended()) ?? Effect.void, Deferred.succeed(done, undefined))
    }
  }

  const worker = Effect.whileLoop({ while: () => true, body: next, step: () => undefined })
  const workers = Effect.all(
    Array.from({ length: concurrency.max }, () => worker),
    { concurrency: "unbounded", discard: true }
  )

  return {
    retries: () => retries,
    concurrency: concurrency.allowed,
    run: Effect.raceFirst(flow.retriedBy === "run" ? unretried(workers) : workers, Deferred.await(done))
  }
})
