import { FetchHttpClient } from "@effect/platform"
import * as SqlClient from "@effect/sql/SqlClient"
import { assert, it } from "@effect/vitest"
import { AdminAccounts, AppKeys, GlowmarktClient } from "@effect-glowmarkt/core"
import { StatusAudit } from "@effect-glowmarkt/runner"
import { Faults, Simulator } from "@effect-glowmarkt/simulator"
import { Array as Arr, DateTime, Duration, Effect, Layer, Option, Stream } from "effect"
import { Cluster, ClusterFlow, Database, type DatabaseUrl } from "../src/index.js"
import * as sharedRateLimit from "../src/internal/sharedRateLimit.js"
import { database, describeWithPostgres, joined, silent } from "./support/database.js"

const patience = Duration.seconds(20)

describeWithPostgres("the shared rate limit", () => {
  it.scopedLive("applies to three processes together", () =>
    Effect.gen(function* () {
      const url = yield* database
      const worker = sharedRateLimit
        .make({ key: "application", perSecond: 200 })
        .pipe(Effect.provide(yield* Layer.build(Database.layer({ url, applicationName: "test" }))))
      const limiters = yield* Effect.replicateEffect(worker, 3)
      const sent: Array<number> = []
      yield* Effect.forEach(
        limiters,
        (limiter) =>
          limiter.acquire(patience).pipe(
            Effect.tap(() => Effect.sync(() => sent.push(performance.now()))),
            Effect.forever
          ),
        { concurrency: "unbounded" }
      ).pipe(Effect.timeoutOption("3 seconds"))
      const [first = 0] = sent
      const took = ((sent.at(-1) ?? 0) - first) / 1000
      const rate = (sent.length - 1) / took
      assert.isAtMost(rate, 206)
    })
  )

  it.scopedLive("a pause requested from one process applies to the others", () =>
    Effect.gen(function* () {
      const url = yield* database
      const context = yield* Layer.build(Database.layer({ url, applicationName: "test" }))
      const worker = sharedRateLimit.make({ key: "application", perSecond: 1000 }).pipe(Effect.provide(context))
      const [one, other] = yield* Effect.all([worker, worker])
      yield* one.acquire(patience)
      yield* one.throttled(Duration.seconds(2))
      // Turns reserved before the pause.
      for (let turn = 0; turn < 60; turn++) yield* other.acquire(Duration.millis(1))
      assert.isFalse(yield* other.acquire(Duration.millis(100)))
      assert.isTrue(yield* other.acquire(patience))
    })
  )

  it.scopedLive(
    "one of three workers is refused with Retry-After: all of them wait, and then send more slowly",
    () =>
      Effect.gen(function* () {
        const url = yield* database
        const { requests } = yield* Simulator.Simulator
        const ended: Array<{ readonly name: string; readonly at: number }> = []
        yield* Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          yield* Effect.forEach(["one", "two", "three"], (name) => Layer.build(auditor(url, name, ended)))
          yield* joined(3)
          const { runId } = yield* Cluster.submit(StatusAudit.flow)
          yield* Stream.runDrain(Cluster.watch(runId))

          const received = (yield* requests.latest).map(({ at, status }) => ({
            at: DateTime.toEpochMillis(at),
            status: Option.getOrUndefined(status)
          }))
          const refused = received.filter(({ status }) => status === 429)
          assert.lengthOf(refused, 1)
          const [{ at: refusedAt } = { at: 0 }] = refused
          const resumesAt = refusedAt + Duration.toMillis(pause)
          // What was on its way arrives a little later.
          const during = received.filter(({ at }) => at > refusedAt + 2000 && at < resumesAt)
          assert.deepStrictEqual(during, [])
          const names = (is: (at: number) => boolean) => [
            ...new Set(ended.filter(({ at }) => is(at)).map(({ name }) => name))
          ]
          assert.sameMembers(
            names((at) => at < refusedAt),
            ["one", "two", "three"]
          )
          assert.sameMembers(
            names((at) => at > resumesAt),
            ["one", "two", "three"]
          )

          const after = received.filter(({ at }) => at >= resumesAt)
          const seconds = ((after.at(-1)?.at ?? 0) - (after[0]?.at ?? 0)) / 1000
          assert.isAbove(after.length, 300)
          assert.isBelow(after.length / seconds, 0.97 * perSecond)
          const [row] = yield* sql<{ factor: number }>`SELECT factor FROM glowmarkt_rates`
          assert.strictEqual(row?.factor, 0.9)
        }).pipe(Effect.provide(Cluster.layer({ url })))
      }).pipe(Effect.provide(Simulator.layer({ accounts: 800, seed: 3, faults: [refusal] }))),
    60_000
  )
})

const perSecond = 100

const pause = Duration.seconds(5)

/** Refuses a request when all workers are at work. */
const refusal = Faults.Script({
  on: {},
  faults: Arr.append(
    Arr.replicate(Faults.None(), 250),
    Faults.RateLimited({ retryAfter: { form: "seconds", after: pause } })
  )
})

/** A worker that audits, and what it has audited when. */
const auditor = (
  url: DatabaseUrl.DatabaseUrl,
  name: string,
  ended: Array<{ readonly name: string; readonly at: number }>
) => {
  const flow = ClusterFlow.make({
    ...StatusAudit.flow,
    step: (subject, run) =>
      Effect.tap(StatusAudit.flow.step(subject, run), () => Effect.sync(() => ended.push({ name, at: Date.now() })))
  })
  const services = Layer.unwrapEffect(
    Effect.map(Simulator.Simulator, ({ population, url }) =>
      AdminAccounts.layer.pipe(
        Layer.provide(AppKeys.layer(population.credentials.appKeys)),
        Layer.provideMerge(GlowmarktClient.layer({ baseUrl: url }))
      )
    )
  )
  return Cluster.worker({
    flows: [flow],
    target: {},
    name,
    rate: { limit: perSecond, interval: Duration.seconds(1) }
  }).pipe(
    Layer.provide(services),
    Layer.provide(FetchHttpClient.layer),
    Layer.provide(Cluster.layer({ url })),
    Layer.provide(silent)
  )
}
