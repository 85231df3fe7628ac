import { FetchHttpClient } from "@effect/platform"
import { assert, it } from "@effect/vitest"
import { AdminAccounts, AppKeys, GlowmarktClient } from "@effect-glowmarkt/core"
import {
  Consent,
  CsvInput,
  OffboardAccounts,
  OnboardAccounts,
  type Plan,
  PlannedFlow,
  RenameAccounts,
  Run
} from "@effect-glowmarkt/runner"
import { Simulator } from "@effect-glowmarkt/simulator"
import { Effect, Layer, Option, Stream } from "effect"
import { Cluster, ClusterFlow, type DatabaseUrl } from "../src/index.js"
import { database, describeWithPostgres, joined, silent } from "./support/database.js"

const administrator = AdminAccounts.layer.pipe(
  Layer.provideMerge(
    Layer.unwrapEffect(
      Effect.map(Simulator.Simulator, ({ population }) => AppKeys.layer(population.credentials.appKeys))
    )
  ),
  Layer.provideMerge(
    Layer.unwrapEffect(Effect.map(Simulator.Simulator, ({ url }) => GlowmarktClient.layer({ baseUrl: url })))
  ),
  Layer.provide(FetchHttpClient.layer)
)

const served = Layer.provideMerge(administrator, Simulator.layer({ accounts: 700, seed: 9 }))

/** Two workers for the administrators' flows. */
const workers = (url: DatabaseUrl.DatabaseUrl, target: Plan.Target) =>
  Effect.forEach(
    ["one", "two"],
    (name) =>
      Layer.build(
        Cluster.worker({
          flows: [
            ClusterFlow.onboarding,
            ClusterFlow.make(OffboardAccounts.applyFlow),
            ClusterFlow.make(PlannedFlow.toFlow(RenameAccounts.flow))
          ],
          target,
          name,
          rate: "unlimited"
        }).pipe(Layer.provide(silent), Layer.provide(Cluster.layer({ url })))
      ),
    { discard: true }
  )

const rowsOf = <A>(definition: CsvInput.Definition<A>, header: string, rows: ReadonlyArray<string>) =>
  Effect.map(
    CsvInput.read(definition, Stream.make(new TextEncoder().encode([header, ...rows].join("\n")))),
    ({ rows }) => rows
  )

const onboarding = (names: ReadonlyArray<string>, directoryId: string, parameters: OnboardAccounts.Parameters) =>
  rowsOf(
    OnboardAccounts.input,
    "username,directoryId",
    names.map((name) => `${name},${directoryId}`)
  ).pipe(Effect.flatMap((rows) => OnboardAccounts.plan({ rows, parameters, target: {} })))

const finished = (runId: Run.RunId) => Stream.runDrain(Cluster.watch(runId))

describeWithPostgres("ClusterFlow", () => {
  it.scopedLive(
    "two workers share an onboarding, a rename and deletions with consent",
    () =>
      Effect.gen(function* () {
        const url = yield* database
        const { population, requests, state } = yield* Simulator.Simulator
        const newcomers = Array.from({ length: 250 }, (_, i) => Option.getOrThrow(population.newcomer(i)))
        yield* Effect.gen(function* () {
          yield* workers(url, {})
          yield* joined(2)
          const onboard = Run.RunId.make("onboard")
          const plan = yield* onboarding(
            newcomers.map(({ username }) => username),
            newcomers[0]?.directoryId ?? "",
            { together: "eachRow" }
          )
          yield* requests.reset
          yield* Cluster.submitListed(OnboardAccounts.list(plan, { runId: onboard }))
          yield* finished(onboard)
          const { summary, rollback } = yield* OnboardAccounts.result(onboard)
          assert.deepStrictEqual([summary.done, rollback], [250, undefined])
          // Each of the two parts has read the list of accounts.
          assert.strictEqual(yield* requests.count("getAccounts"), 2)
          assert.strictEqual(yield* requests.count("addAccount"), 250)

          const added = [...state.accounts].slice(population.accounts)
          assert.lengthOf(added, 250)
          const names = yield* rowsOf(
            RenameAccounts.flow.input,
            "accountId,name",
            added.map(({ accountId }, i) => `${accountId},new ${i}`)
          )
          const renaming = yield* PlannedFlow.plan(RenameAccounts.flow, { rows: names, parameters: {} })
          const rename = Run.RunId.make("rename")
          yield* Cluster.submitPlan(RenameAccounts.flow, renaming, { runId: rename })
          yield* finished(rename)
          assert.strictEqual((yield* PlannedFlow.summary(RenameAccounts.flow, rename)).done, 250)
          assert.strictEqual(yield* requests.count("updateAccount"), 250)

          const { applicationId } = population.credentials
          const leaving = yield* OffboardAccounts.plan({
            rows: yield* rowsOf(
              OffboardAccounts.input,
              "accountId",
              added.map(({ accountId }) => accountId)
            ),
            parameters: { applicationId }
          })
          const offboard = Run.RunId.make("offboard")
          const submit = (count: number) =>
            Cluster.submitListed(OffboardAccounts.list(leaving, { runId: offboard, consent: Consent.deletions(count) }))
          assert.strictEqual((yield* Effect.flip(submit(249)))._tag, "ConsentMismatch")
          yield* submit(250)
          yield* finished(offboard)
          assert.strictEqual(yield* requests.count("deleteAccount"), 250)
        }).pipe(Effect.provide(Cluster.layer({ url })))
      }).pipe(Effect.provide(served)),
    120_000
  )

  it.scopedLive(
    "an all-or-nothing onboarding is a single part and ends with the rollback",
    () =>
      Effect.gen(function* () {
        const url = yield* database
        const { population, requests, state } = yield* Simulator.Simulator
        const newcomers = Array.from({ length: 249 }, (_, i) => Option.getOrThrow(population.newcomer(i)))
        yield* Effect.gen(function* () {
          yield* workers(url, {})
          yield* joined(2)
          const runId = Run.RunId.make("together")
          const plan = yield* onboarding(
            [...newcomers.map(({ username }) => username), "nobody"],
            newcomers[0]?.directoryId ?? "",
            { together: "allOrNothing" }
          )
          yield* requests.reset
          const submit = (count: number) =>
            Cluster.submitListed(OnboardAccounts.list(plan, { runId, consent: Consent.deletions(count) }))
          assert.strictEqual((yield* Effect.flip(submit(0)))._tag, "ConsentMismatch")
          yield* submit(250)
          yield* finished(runId)
          assert.strictEqual(yield* requests.count("getAccounts"), 1)
          const added = [...state.accounts].slice(population.accounts)
          assert.isNotEmpty(added)
          assert.isTrue(added.every(({ live }) => live.status === "inactive"))
          const { rollback } = yield* OnboardAccounts.result(runId)
          assert.deepStrictEqual([rollback?.inactive, rollback?.failed], [added.length, 0])
        }).pipe(Effect.provide(Cluster.layer({ url })))
      }).pipe(Effect.provide(served)),
    120_000
  )
})
