import * as SqlClient from "@effect/sql/SqlClient"
import { assert, it } from "@effect/vitest"
import { Flow, Run } from "@effect-glowmarkt/runner"
import { Effect, HashMap, Layer, Logger, Metric, Option, Redacted, Schema, Stream, Tracer } from "effect"
import { Cluster, ClusterFlow } from "../src/index.js"
import { database, describeWithPostgres } from "./support/database.js"

const doubles = Flow.make({
  name: "telemetryDoubles",
  parameters: Schema.Struct({}),
  defaults: {},
  subject: Schema.Int,
  result: Schema.Int,
  subjects: () => Stream.range(0, 399),
  step: (n) => Effect.succeed(2 * n)
})

const runId = Run.RunId.make("observed")

interface Ended {
  readonly name: string
  readonly traceId: string
  readonly attributes: Readonly<Record<string, unknown>>
}

let spans = 0

/** With OpenTelemetry's ids, which the engine stores with its messages. */
const recording = (ended: Array<Ended>) =>
  Tracer.make({
    span: (name, parent, context, links, startTime, kind) => {
      const attributes: Record<string, unknown> = {}
      const spanId = String(++spans).padStart(16, "0")
      const traceId = Option.match(parent, { onNone: () => spanId.padStart(32, "0"), onSome: (span) => span.traceId })
      return {
        _tag: "Span",
        name,
        spanId,
        traceId,
        parent,
        context,
        status: { _tag: "Started", startTime },
        attributes: new Map(),
        links,
        sampled: true,
        kind,
        end: () => ended.push({ name, traceId, attributes }),
        attribute: (key, value) => {
          attributes[key] = value
        },
        event: () => {},
        addLinks: () => {}
      }
    },
    context: (f) => f()
  })

interface Line {
  readonly message: string
  readonly annotations: Readonly<Record<string, unknown>>
}

const capturing = (lines: Array<Line>) =>
  Logger.replace(
    Logger.defaultLogger,
    Logger.make(({ annotations, message }) => {
      lines.push({ message: String(message), annotations: Object.fromEntries(HashMap.toEntries(annotations)) })
    })
  )

describeWithPostgres("Telemetry", () => {
  it.scopedLive(
    "a worker logs, traces and counts its work, and names its connections",
    () =>
      Effect.gen(function* () {
        const url = yield* database
        const lines: Array<Line> = []
        const ended: Array<Ended> = []
        const worker = Cluster.worker({ flows: [ClusterFlow.make(doubles)], target: {}, name: "observed-worker" }).pipe(
          Layer.provideMerge(Cluster.layer({ url, applicationName: "observed-application" })),
          Layer.provide(Layer.merge(capturing(lines), Layer.setTracer(recording(ended))))
        )
        yield* Effect.gen(function* () {
          yield* Cluster.submit(doubles, { runId })
          yield* Stream.runDrain(Cluster.watch(runId))
          const sql = yield* SqlClient.SqlClient
          const names = yield* sql<{ name: string }>`
            SELECT DISTINCT application_name AS name FROM pg_stat_activity WHERE datname = current_database()
          `
          assert.deepStrictEqual(names, [{ name: "observed-application" }])
          const gauges = yield* Effect.all([
            metric("glowmarkt_cluster_shards"),
            metric("glowmarkt_cluster_subjects_total")
          ])
          assert.deepStrictEqual(gauges, [120, 400])
        }).pipe(Effect.provide(worker))

        const messages = lines
          .map(({ message }) => message)
          .filter((message) => !["Worker joined", "Shards changed"].includes(message))
        assert.deepStrictEqual(
          messages.filter((message) => !message.startsWith("Part")),
          ["Worker started", "Run started", "Run finished", "Worker left"]
        )
        // The second part may begin before or after the first has ended.
        assert.deepStrictEqual(messages.slice(2, -2).sort(), ["Part done", "Part done", "Part started", "Part started"])
        const [joined] = lines.filter(({ message }) => message === "Worker joined")
        assert.deepInclude(joined?.annotations, { worker: "observed-worker", lost: 0 })
        const [begun] = lines.filter(({ message }) => message === "Part started")
        assert.deepInclude(begun?.annotations, { worker: "observed-worker", runId, attempt: 1 })

        const named = (name: string) => ended.filter((span) => span.name === name)
        assert.deepStrictEqual(
          named("Cluster.part").map(({ attributes }) => [
            attributes["runId"],
            attributes["ending"],
            attributes["worker"]
          ]),
          [
            [runId, "done", "observed-worker"],
            [runId, "done", "observed-worker"]
          ]
        )
        assert.deepStrictEqual(
          named("Cluster.run").map(({ attributes }) => attributes),
          [{ runId, attempt: 1, parts: 2, ending: "done" }]
        )
        const traces = [...named("Cluster.run"), ...named("Cluster.part")].map(({ traceId }) => traceId)
        assert.strictEqual(new Set(traces).size, 1)
        assert.strictEqual(yield* metric("glowmarkt_cluster_parts_total"), 2)
        for (const shown of [JSON.stringify(lines), JSON.stringify(ended)]) {
          assert.notInclude(shown, Redacted.value(url.url))
          assert.notInclude(shown, "simulated")
        }
      }),
    60_000
  )
})

/** The value of a metric of this worker. */
const metric = (name: string) =>
  Effect.map(Metric.snapshot, (pairs) =>
    Option.getOrUndefined(
      Option.map(
        Option.fromNullable(
          pairs.find(
            ({ metricKey }) =>
              metricKey.name === name && metricKey.tags.some(({ value }) => value === "observed-worker")
          )
        ),
        ({ metricState }) =>
          "count" in metricState ? metricState.count : "value" in metricState ? metricState.value : undefined
      )
    )
  )
