import * as SqlClient from "@effect/sql/SqlClient"
import { assert, it } from "@effect/vitest"
import { GlowmarktError, Identifier } from "@effect-glowmarkt/core"
import { Flow, Plan, Run, RunStore, Step } from "@effect-glowmarkt/runner"
import { Chunk, Deferred, Duration, Effect, Fiber, Layer, Option, Schema, Stream } from "effect"
import { Cluster, ClusterFlow } from "../src/index.js"
import { describeWithPostgres, refuse, silent } from "./support/database.js"
import { Calculator, double, doubles, finished, onNewDatabase, target, until, worker } from "./support/doubles.js"

const unavailable = new GlowmarktError.ServerError({
  operation: "getAccountStatusById",
  attempts: 1,
  elapsed: Duration.zero,
  status: 503,
  excerpt: "down for maintenance",
  retryAfter: Option.none()
})

const withTarget = Flow.make({
  name: "doubles",
  parameters: Schema.Struct({ target: Plan.Target }),
  defaults: { target: {} },
  subject: Schema.Int,
  result: Schema.Int,
  subjects: () => Stream.empty,
  step: (n) => Effect.succeed(n)
})

const runId = Run.RunId.make("run-1")

const sum = Effect.flatMap(RunStore.RunStore, (store) =>
  Stream.runFold(store.rows(runId), 0, (all, { result }) => all + Number(result))
)

/** The engine's rows for the run and its parts. */
const messages = Effect.flatMap(
  SqlClient.SqlClient,
  (sql) => sql<{ n: number }>`
    SELECT count(*)::int AS n FROM cluster_messages m FULL JOIN cluster_replies r ON r.request_id = m.id
    WHERE m.id IS NULL OR m.payload LIKE ${`%${runId}%`}
  `
).pipe(Effect.map(([row]) => row?.n ?? 0))

describeWithPostgres("Cluster", () => {
  it.scopedLive(
    "a run submitted without workers waits for one, and two workers share its parts",
    () =>
      onNewDatabase((url) =>
        Effect.gen(function* () {
          const done = new Map<string, number>()
          const counting = (name: string) =>
            worker(url, name, (n) =>
              Effect.delay(
                Effect.sync(() => {
                  done.set(name, (done.get(name) ?? 0) + 1)
                  return 2 * n
                }),
                "20 millis"
              )
            )
          yield* Cluster.submit(doubles, { runId, target, parameters: { count: 4000 } })
          assert.strictEqual((yield* Cluster.get(runId)).state, "submitted")
          yield* Layer.build(Layer.merge(counting("one"), counting("two")))
          const events = yield* finished(runId)
          assert.deepStrictEqual([events[0]?._tag, events.at(-1)?._tag], ["RunStarted", "RunFinished"])
          assert.strictEqual(yield* sum, 4000 * 3999)
          assert.strictEqual((yield* Cluster.get(runId)).state, "finished")
          assert.sameMembers(
            (yield* Cluster.workers).map(({ name }) => name),
            ["one", "two"]
          )
          assert.sameMembers([...done.keys()], ["one", "two"])
          // Submitting it again has no effect.
          const again = yield* Cluster.submit(doubles, { runId, target, parameters: { count: 4000 } })
          assert.strictEqual(again.recorded, 4000)
          assert.isAbove(yield* messages, 20)
          yield* Cluster.forget(runId)
          assert.strictEqual((yield* Effect.flip(Cluster.get(runId)))._tag, "RunNotFound")
          assert.strictEqual(yield* messages, 0)
        })
      ),
    60_000
  )

  it.scopedLive(
    "a stopped run keeps its results and continues when it is resumed",
    () =>
      onNewDatabase((url) =>
        Effect.gen(function* () {
          const store = yield* RunStore.RunStore
          yield* Layer.build(worker(url, "one", (n) => Effect.delay(Effect.succeed(2 * n), "20 millis")))
          yield* Cluster.submit(doubles, { runId, target })
          const watching = yield* Effect.fork(finished(runId))
          yield* until(store.get(runId), ({ recorded }) => recorded > 0)
          assert.strictEqual((yield* Effect.flip(Cluster.forget(runId)))._tag, "RunActive")
          yield* Cluster.stop(runId)
          assert.strictEqual((yield* Effect.flip(Fiber.join(watching)))._tag, "RunStopped")
          const { recorded } = yield* store.get(runId)
          assert.isBelow(recorded, 1000)
          assert.strictEqual((yield* Cluster.resume(runId)).attempt, 2)
          yield* finished(runId)
          assert.strictEqual(yield* sum, 1000 * 999)
        })
      ),
    60_000
  )

  it.scopedLive(
    "a failing flow, an unknown flow or another server stops the run with a reason",
    () =>
      onNewDatabase((url) =>
        Effect.gen(function* () {
          let broken = true
          yield* Layer.build(
            worker(url, "one", (n) =>
              broken ? Effect.fail({ _tag: "Broken", message: "the abacus is broken" } as const) : Effect.succeed(2 * n)
            )
          )
          const reason = (runId: Run.RunId) =>
            Effect.map(Effect.flip(finished(runId)), (error) =>
              error._tag === "RunStopped" ? error.reason : error._tag
            )
          yield* Cluster.submit(doubles, { runId, target })
          assert.strictEqual(yield* reason(runId), "the abacus is broken")
          broken = false
          yield* Cluster.resume(runId)
          yield* finished(runId)

          const other = Run.RunId.make("other")
          yield* Cluster.submit({ ...doubles, name: "triples" }, { runId: other, target })
          assert.include(yield* reason(other), "triples")
          const elsewhere = Run.RunId.make("elsewhere")
          yield* Cluster.submit(doubles, { runId: elsewhere, target: { origin: "https://other.example" } })
          assert.include(yield* reason(elsewhere), "https://other.example")
          assert.strictEqual((yield* (yield* RunStore.RunStore).get(elsewhere)).total, undefined)

          // A run that applies a plan uses the plan's target by default.
          const planned = Run.RunId.make("planned")
          const parameters = {
            target: { ...target, applicationId: Identifier.ApplicationId.make("another-application") }
          }
          yield* Cluster.submitListed(Flow.open(withTarget, { runId: planned, parameters }))
          assert.include(yield* reason(planned), "another-application")
        })
      ),
    60_000
  )

  it.scopedLive(
    "watching a run shows an outage that its worker waits out, and its end",
    () =>
      onNewDatabase((url) =>
        Effect.gen(function* () {
          let isAway = true
          const hasEnded = yield* Deferred.make<void>()
          const flow = Flow.make({
            ...{ name: "interrupted", parameters: Schema.Struct({}), defaults: {}, requests: () => 1 },
            ...{ subject: Schema.Int, result: Schema.Int, subjects: () => Stream.range(0, 399) },
            step: (n: number) =>
              Effect.suspend(() =>
                isAway
                  ? Effect.fail(new Step.TransientFailure(unavailable, -1, unavailable))
                  : // The run goes on until its watcher has seen the end of the outage.
                    Effect.as(n === 300 ? Deferred.await(hasEnded) : Effect.void, 2 * n)
              )
          })
          const interrupted = Cluster.worker({ flows: [ClusterFlow.make(flow)], target, rate: "unlimited" }).pipe(
            Layer.provide(Layer.merge(Cluster.layer({ url }), silent))
          )
          yield* Layer.build(interrupted)
          yield* Cluster.submit(flow, { runId, target })
          const events = yield* Cluster.watch(runId).pipe(
            Stream.tap(({ _tag }) => {
              if (_tag === "OutageWaiting") isAway = false
              return _tag === "OutageEnded" ? Deferred.succeed(hasEnded, undefined) : Effect.void
            }),
            Stream.runCollect
          )
          const tags = [...new Set(Chunk.map(events, ({ _tag }) => _tag))]
          assert.deepStrictEqual(
            tags.filter((tag) => tag !== "Advanced"),
            ["RunStarted", "SubjectsListed", "OutageWaiting", "OutageEnded", "RunFinished"]
          )
          for (const event of events) {
            if (event._tag === "OutageWaiting") assert.include(event.reason, "down for maintenance")
            if (event._tag === "OutageEnded") assert.isAbove(Duration.toMillis(event.waited), 0)
          }
          assert.strictEqual(yield* sum, 400 * 399)
        })
      ),
    60_000
  )

  it.scopedLive(
    "a defect in a flow stops the run with a reason, whether it lists subjects or processes one",
    () =>
      onNewDatabase((url) =>
        Effect.gen(function* () {
          const listing = { ...doubles, name: "unlisted", subjects: () => Stream.dieMessage("no list") }
          const stepping = { ...doubles, name: "unstepped", step: () => Effect.dieMessage("no step") }
          yield* Layer.build(
            Cluster.worker({
              flows: [ClusterFlow.make(listing), ClusterFlow.make(stepping)],
              ...{ name: "one", target, rate: "unlimited" }
            }).pipe(
              Layer.provide(Layer.succeed(Calculator, { double })),
              Layer.provide(Layer.merge(Cluster.layer({ url }), silent))
            )
          )
          for (const flow of [listing, stepping]) {
            const id = Run.RunId.make(flow.name)
            yield* Cluster.submit(flow, { runId: id, target, parameters: { count: 10 } })
            assert.include((yield* Effect.flip(finished(id))).message, "unexpectedly, see the log of worker one")
          }
        })
      ),
    30_000
  )

  it.scopedLive(
    "a run whose end cannot be stored stops with the reason, and ends once it can be",
    () =>
      onNewDatabase((url) =>
        Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          yield* Layer.build(worker(url, "one", double))
          // As if the disk were full.
          yield* refuse("UPDATE", "glowmarkt_runs", "NEW.finished_at IS NOT NULL", "53100")
          yield* Cluster.submit(doubles, { runId, target, parameters: { count: 10 } })
          assert.include((yield* Effect.flip(finished(runId))).message, "disk")
          yield* sql`DROP TRIGGER refused ON glowmarkt_runs`
          yield* Cluster.resume(runId)
          yield* finished(runId)
        })
      ),
    30_000
  )

  it.scopedLive(
    "a killed worker disappears from the list after a minute",
    () =>
      onNewDatabase((url) =>
        Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          yield* sql`
            INSERT INTO glowmarkt_workers (worker, name, seen_at) VALUES
            (gen_random_uuid(), 'killed', clock_timestamp() - interval '61 seconds'),
            (gen_random_uuid(), 'frozen', clock_timestamp() - interval '30 seconds')
          `
          yield* Layer.build(worker(url, "one", double))
          const names = Effect.map(Cluster.workers, (workers) => workers.map(({ name }) => name).sort())
          yield* until(names, (names) => names.includes("one"))
          assert.deepStrictEqual(yield* names, ["frozen", "one"])
        })
      ),
    30_000
  )
})
