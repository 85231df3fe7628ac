/**
 * The workers of one attempt. There are as many fibers as may ever work at a time, and each takes one subject after
 * the other from one backlog: no fiber and no timer a subject, and nothing that all have to reach before any goes on.
 *
 * A worker that has nothing to do parks. Of those that only wait for some instant one sleeps; whoever finds
 * work wakes the next that is parked.
 */
import * as CallOptions from "@effect-glowmarkt/core/CallOptions"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Random from "effect/Random"
import type { Flow, Limits } from "../../Flow.js"
import type * as Progress from "../../Progress.js"
import type { PendingSubject } from "../../RunStore.js"
import { RunStoreError } from "../../RunStoreError.js"
import { type RunContext, TransientFailure } from "../../Step.js"
import * as FailurePolicy from "./failurePolicy.js"
import * as monotonicClock from "./monotonicClock.js"
import * as RateController from "./rateController.js"
import * as RequestMeter from "./requestMeter.js"
import type { ResultBatcher } from "./resultBatcher.js"
import { aroundAll } from "./unretried.js"
import * as WorkQueue from "./workQueue.js"

export interface WorkerPool<E, R> {
  readonly run: Effect.Effect<void, E | RunStoreError, R>
  readonly count: { retries: number }
  readonly concurrency: () => number
}

interface Circumstances<P> {
  readonly given: RunContext<P>
  readonly store: WorkQueue.Source
  readonly ledger: ResultBatcher
  readonly publish: (event: Progress.Event) => void
  readonly pace: Limits
  /** A subject that went well in an earlier attempt. */
  readonly witness?: PendingSubject | undefined
}

/** A probe finds out whether the provider is back; a witness is one that went well before, is only looked at, and keeps its result. */
type Role = "worker" | "probe" | "witness"

type Order =
  | { readonly _tag: "Work"; readonly item: WorkQueue.Item; readonly role: Role }
  | { readonly _tag: "Load" }
  | { readonly _tag: "Wait"; readonly untilMillis: number }
  | { readonly _tag: "Stop" }

const load: Order = { _tag: "Load" }
const stop: Order = { _tag: "Stop" }
const untilWoken: Order = { _tag: "Wait", untilMillis: Number.POSITIVE_INFINITY }

/** A wait longer than this leaves no results unrecorded meanwhile. */
const longMillis = 250

const isSetback = <A, E>(error: E | TransientFailure<A, E>): error is TransientFailure<A, E> =>
  error instanceof TransientFailure

export const make = Effect.fnUntraced(function* <P extends object, S, A, E, R>(
  flow: Flow<P, S, A, E, R>,
  { given, ledger, pace, publish, store, ...earlier }: Circumstances<P>,
  total: number
): Effect.fn.Return<WorkerPool<E, R>> {
  const { runId } = given
  const clock = yield* Effect.clock
  const done = yield* Deferred.make<void>()
  const outstanding = () => total - ledger.count.processed
  const pacer = RateController.make(pace, monotonicClock.millis(clock))
  const backlog = WorkQueue.make(store, runId, total)
  const hasWitness = () => witness !== undefined && flow.read !== undefined
  const instant = (atMillis: number) => monotonicClock.instant(clock, atMillis)
  const judge = FailurePolicy.make<A, E>({ runId, pace, pacer, backlog, publish, instant, outstanding, hasWitness })
  const count = { retries: 0 }
  const queue: RequestMeter.Queue = { waiting: 0 }

  let over = false
  let loading = false
  let probing = false
  let inFlight = 0
  let working = 0
  let witness = earlier.witness === undefined ? undefined : WorkQueue.item(earlier.witness)
  // Steps that ask nobody, or not by this client, are not told from others until some request was counted.
  let metered = false
  let wakesAt = Number.POSITIVE_INFINITY
  const parked: Array<() => void> = []
  const benched: Array<() => void> = []

  const parkIn = (place: Array<() => void>) =>
    Effect.async<void>((resume) => {
      place.push(() => resume(Effect.void))
    })
  const wakeOne = (place: Array<() => void>) => place.pop()?.()
  const wakeAll = (place: Array<() => void>) => {
    while (place.length > 0) wakeOne(place)
  }

  const order = (now: number): Order => {
    if (over) return stop
    if (backlog.isEmpty()) return inFlight === 0 ? stop : untilWoken
    if (loading) return untilWoken
    const probeAt = judge.nextProbeMillis()
    if (probeAt !== undefined) {
      if (probing) return untilWoken
      if (probeAt > now) return { _tag: "Wait", untilMillis: probeAt }
      if (backlog.wantsPage()) return load
      // From the other end: those that failed may be bad neighbours.
      const fresh = backlog.untried("back")
      if (fresh === undefined && witness !== undefined && hasWitness()) {
        return { _tag: "Work", item: witness, role: "witness" }
      }
      const item = fresh ?? backlog.due(Number.POSITIVE_INFINITY)
      return item === undefined ? untilWoken : { _tag: "Work", item, role: "probe" }
    }
    const opensAt = pacer.opensAtMillis(now)
    if (opensAt > now) return { _tag: "Wait", untilMillis: opensAt }
    const due = backlog.due(now)
    if (due !== undefined) return { _tag: "Work", item: due, role: "worker" }
    if (backlog.wantsPage()) return load
    const item = backlog.untried(judge.from())
    return item === undefined
      ? { _tag: "Wait", untilMillis: backlog.earliestDue() }
      : { _tag: "Work", item, role: "worker" }
  }

  const unreadable = (cause: unknown) =>
    new RunStoreError({ reason: "damaged", file: store.file, detail: "a record cannot be read", cause })

  const record = ({ item: { position }, result }: FailurePolicy.Settled<A>, nowMillis: number) =>
    ledger.add({ position, outcome: flow.outcome(result), result: flow.result.encode(result) }, nowMillis)

  const recordAll = (all: ReadonlyArray<FailurePolicy.Settled<A>>): Effect.Effect<void, RunStoreError> =>
    Effect.forEach(all, (settled) => record(settled, monotonicClock.millis(clock)) ?? Effect.void, { discard: true })

  const carryOut = (verdict: FailurePolicy.Verdict<A, E>): Effect.Effect<void, E | RunStoreError> =>
    verdict._tag === "Later"
      ? Effect.void
      : verdict._tag === "RunEnds"
        ? Effect.fail(verdict.ending)
        : recordAll(verdict.all)

  const work = (item: WorkQueue.Item, role: Role, beganMillis: number): Effect.Effect<void, E | RunStoreError, R> => {
    const decoded = flow.subject.decode(item.subject)
    if (Either.isLeft(decoded)) return Effect.fail(unreadable(decoded.left))
    const subject = decoded.right
    const cost = flow.requests?.(subject)
    const meter = RequestMeter.make(pacer, queue, clock, beganMillis)
    inFlight++
    const busy = inFlight - queue.waiting
    if (item.standing !== "untried") count.retries++
    if (cost !== 0) pacer.take(beganMillis)
    probing ||= role !== "worker"
    const ended = () => {
      inFlight--
      if (role !== "worker") probing = false
      while (benched.length > 0 && working < pacer.allowed()) {
        working++
        wakeOne(benched)
      }
    }
    const endedAfter = <E2, R2>(rest: Effect.Effect<void, E2, R2>) => Effect.map(rest, ended)
    /** How many requests it was, at least as far as its answer counts; the last one is the judge's. */
    const counted = (nowMillis: number): number => {
      metered ||= meter.sent > 0
      const requests = cost ?? (metered ? meter.sent : 1)
      if (requests === 0 && cost === undefined) pacer.giveBack(nowMillis)
      if (requests > 1) pacer.admitted(requests - 1, nowMillis)
      return requests
    }
    const settled = (recording: Effect.Effect<void, RunStoreError> | undefined): Effect.Effect<void, RunStoreError> => {
      if (recording !== undefined) return endedAfter(recording)
      ended()
      return Effect.void
    }
    const succeeded = (result: A): Effect.Effect<void, RunStoreError> => {
      const span = meter.span()
      const recording = record({ item, result }, span.endedMillis)
      // What asked nobody says nothing of the provider.
      if (counted(span.endedMillis) === 0) return settled(recording)
      witness = item
      const released = judge.succeeded(span, Math.max(busy, inFlight - queue.waiting))
      return settled(released.length === 0 ? recording : Effect.zipRight(recordAll(released), recording ?? Effect.void))
    }
    const failed = (error: E | TransientFailure<A, E>): Effect.Effect<void, E | RunStoreError> => {
      if (!isSetback(error)) return Effect.fail(error)
      const span = meter.span()
      counted(span.endedMillis)
      return endedAfter(
        Effect.flatMap(Random.next, (chance) => {
          const probe = role === "probe"
          return carryOut(
            judge.failed(item, error, { span, busy: Math.max(busy, inFlight - queue.waiting), probe, chance })
          )
        })
      )
    }
    const gauged = <A2, E2>(calls: Effect.Effect<A2, E2, R>) =>
      cost === undefined ? CallOptions.locally(calls, { turn: meter.turn }) : calls
    return role === "witness" && flow.read !== undefined
      ? endedAfter(
          Effect.matchEffect(gauged(flow.read(subject, given)), {
            onSuccess: () => carryOut(judge.witnessed(undefined, meter.span())),
            onFailure: (setback) => carryOut(judge.witnessed(setback, meter.span()))
          })
        )
      : Effect.matchEffect(gauged(Effect.suspend(() => flow.step(subject, given))), {
          onSuccess: succeeded,
          onFailure: failed
        })
  }

  const loadPage = Effect.suspend(() => {
    loading = true
    return Effect.map(backlog.load, () => {
      loading = false
    })
  })

  const wait = (untilMillis: number, now: number) => {
    if (untilMillis >= wakesAt) return parkIn(parked)
    wakesAt = untilMillis
    const sleep = Effect.map(Effect.sleep(Math.ceil(untilMillis) - now), () => {
      wakesAt = Number.POSITIVE_INFINITY
    })
    return untilMillis - now > longMillis ? Effect.zipRight(ledger.flush, sleep) : sleep
  }

  const turn = (): Effect.Effect<void, E | RunStoreError, R> => {
    if (working > pacer.allowed()) {
      working--
      // What this one may have been woken for is another's now.
      wakeOne(parked)
      return parkIn(benched)
    }
    const now = monotonicClock.millis(clock)
    const next = order(now)
    switch (next._tag) {
      case "Work":
        wakeOne(parked)
        return work(next.item, next.role, now)
      case "Load":
        return loadPage
      case "Wait":
        return wait(next.untilMillis, now)
      case "Stop":
        if (over) return Effect.never
        over = true
        wakeAll(parked)
        return Effect.zipRight(carryOut(judge.ended()), Deferred.succeed(done, undefined))
    }
  }

  const worker = Effect.whileLoop({ while: () => true, body: turn, step: () => undefined })

  return {
    count,
    concurrency: pacer.allowed,
    run: Effect.suspend(() => {
      // `"auto"` may come to its most only after a while; until then the others sit on the bench.
      working = Math.min(RateController.most(pace), outstanding())
      return Effect.raceFirst(
        aroundAll(
          flow.step,
          Effect.all(
            Array.from({ length: working }, () => worker),
            { concurrency: "unbounded", discard: true }
          )
        ),
        Deferred.await(done)
      )
    })
  }
})
