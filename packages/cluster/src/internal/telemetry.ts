/**
 * The logs, metrics and spans of a worker. They contain only names and numbers: no subjects,
 * credentials or URLs.
 */
import type * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberRef from "effect/FiberRef"
import * as Metric from "effect/Metric"
import * as MetricKey from "effect/MetricKey"

const shards = Metric.gauge("glowmarkt_cluster_shards", {
  description: "Shards that the worker holds"
})

const partsRunning = Metric.gauge("glowmarkt_cluster_parts_running", {
  description: "Parts of runs that the worker is processing"
})

const parts = Metric.counter("glowmarkt_cluster_parts_total", {
  description: "Parts that ended on the worker, by flow and outcome: done, stopped, or moved to another worker",
  incremental: true
})

const subjects = MetricKey.counter("glowmarkt_cluster_subjects_total", {
  description: "Subjects that the worker finished, by flow",
  incremental: true
})

export type Attributes = Readonly<Record<string, string | number>>

export type PartEnding = "done" | "stopped" | "moved"

export const make = (worker: { readonly name: string; readonly workerId: string }) => {
  const tagged = {
    shards: Metric.tagged(shards, "worker", worker.name),
    parts: Metric.tagged(partsRunning, "worker", worker.name)
  }
  const annotated = (attributes: Attributes) =>
    Effect.annotateLogs({ worker: worker.name, workerId: worker.workerId, ...attributes })
  const log = (message: string, attributes: Attributes = {}) => annotated(attributes)(Effect.logInfo(message))
  return {
    log,
    warn: (message: string, cause: Cause.Cause<unknown>) => annotated({})(Effect.logWarning(message, cause)),
    shardsHeld: (count: number) => Metric.set(tagged.shards, count),
    partsRunning: (count: number) => Metric.set(tagged.parts, count),

    /** Counts each subject that a step finishes. */
    subjects: (flow: string) => {
      // `Metric.tagged` would look the counter up again for every subject.
      const counter = Metric.fromMetricKey(
        subjects.pipe(MetricKey.tagged("worker", worker.name), MetricKey.tagged("flow", flow))
      )
      return <A, E, R>(step: Effect.Effect<A, E, R>) =>
        Effect.map(step, (result) => {
          counter.unsafeUpdate(1, [])
          return result
        })
    },

    /** Wraps the work on a part in a span, and logs and counts it. */
    part:
      (attributes: Attributes) =>
      <R>(
        work: Effect.Effect<Exclude<PartEnding, "moved">, never, R>
      ): Effect.Effect<Exclude<PartEnding, "moved">, never, R> =>
        Effect.gen(function* () {
          yield* log("Part started", attributes)
          const began = yield* Clock.currentTimeMillis
          return yield* Effect.onExit(work, (exit) =>
            Effect.gen(function* () {
              const ending: PartEnding = Exit.isSuccess(exit) ? exit.value : "moved"
              const millis = (yield* Clock.currentTimeMillis) - began
              yield* Effect.annotateCurrentSpan({ ending })
              yield* log(`Part ${ending}`, { ...attributes, millis })
              yield* Metric.increment(Metric.tagged(Metric.tagged(parts, "worker", worker.name), "ending", ending))
            })
          )
        }).pipe(Effect.withSpan("Cluster.part", { attributes: { ...attributes, worker: worker.name } })),

    /** Many processes work on a run, so the span of the run is recorded when the run ends. */
    run: (beganMillis: number, attributes: Attributes) =>
      Effect.gen(function* () {
        if (!(yield* FiberRef.get(FiberRef.currentTracerEnabled))) return
        const tracer = yield* Effect.tracer
        const parent = yield* Effect.option(Effect.currentParentSpan)
        const nanos = (millis: number) => BigInt(millis) * 1_000_000n
        const span = tracer.span("Cluster.run", parent, Context.empty(), [], nanos(beganMillis), "internal")
        for (const [key, value] of Object.entries(attributes)) span.attribute(key, value)
        span.end(nanos(yield* Clock.currentTimeMillis), Exit.void)
      })
  }
}

export type Telemetry = ReturnType<typeof make>
