import { assert, layer } from "@effect/vitest"
import { Identifier } from "@effect-glowmarkt/core"
import { Faults, Simulator } from "@effect-glowmarkt/simulator"
import { Effect, Stream } from "effect"
import { Consent, Converge, CsvInput, OffboardAccounts, Report, Run, RunReport, StatusAudit } from "../src/index.js"
import { bytesOf, collected, csv, healthy, rowsFrom, served, throughFile, view } from "./fixtures/served.js"

const id = (name: string) => Run.RunId.make(name)

layer(served(), { excludeTestServices: true })("OffboardAccounts", (it) => {
  const fresh = Effect.flatMap(Simulator.Simulator, ({ reset }) => reset)

  const application = Effect.map(Simulator.Simulator, ({ population }) => population.credentials.applicationId)

  const deletions = Effect.map(
    Effect.flatMap(Simulator.Simulator, ({ state }) => state.writes),
    (writes) => writes.filter(({ operation }) => operation === "deleteAccount")
  )

  const planned = (rows: ReadonlyArray<CsvInput.Row<OffboardAccounts.Wanted>>) =>
    Effect.flatMap(application, (applicationId) => OffboardAccounts.plan({ rows, parameters: { applicationId } }))

  const rowsOf = (accounts: ReadonlyArray<{ readonly accountId: string; readonly username: string }>) =>
    rowsFrom(
      OffboardAccounts.input,
      csv(
        ["accountId", "username"],
        accounts.map(({ accountId, username }) => [accountId, username])
      )
    )

  it.effect("without consent for exactly the planned number nothing is deleted", () =>
    Effect.gen(function* () {
      yield* fresh
      const plan = yield* planned(yield* rowsOf(yield* healthy(3)))
      for (const count of [0, 2, 4, Number.NaN]) {
        const error = yield* Effect.flip(OffboardAccounts.apply(plan, { consent: Consent.deletions(count) }))
        assert.strictEqual(error._tag, "ConsentMismatch")
      }
      assert.deepStrictEqual(yield* deletions, [])
      const runId = id("offboard")
      const { done } = yield* OffboardAccounts.apply(plan, { consent: Consent.deletions(3), runId })
      assert.strictEqual(done, 3)
      assert.deepStrictEqual(
        (yield* deletions).map(({ times }) => times),
        [1, 1, 1]
      )
      const refused = yield* Effect.flip(OffboardAccounts.resume(runId, { consent: Consent.deletions(1) }))
      assert.strictEqual(refused._tag, "ConsentMismatch")
    })
  )

  it.effect("an account of another application, or another user than the row says, is left alone", () =>
    Effect.gen(function* () {
      yield* fresh
      const [a, b] = yield* healthy(2)
      assert(a !== undefined && b !== undefined)
      const rows = yield* rowsOf([a, { ...b, username: "somebody" }])
      const other = Identifier.ApplicationId.make("00000000-0000-4000-8000-000000000000")
      const foreign = yield* OffboardAccounts.plan({ rows, parameters: { applicationId: other } })
      assert.deepStrictEqual(foreign.header.counts, { change: 0, nothing: 0, skip: 2 })
      assert.include(foreign.entries[0]?.will, `is of ${yield* application}, expected ${other}`)
      const step = yield* Effect.flip(Converge.ensureInactive(a.accountId, other))
      assert.strictEqual(step._tag, "Refused")

      const plan = yield* planned(rows)
      assert.deepStrictEqual(plan.header.counts, { change: 1, nothing: 0, skip: 1 })
      assert.include(plan.entries[1]?.will, 'skip: the row says username "somebody"')
      yield* OffboardAccounts.apply(plan, { consent: Consent.deletions(1) })
      assert.deepStrictEqual(
        (yield* deletions).map(({ accountId }) => accountId),
        [a.accountId]
      )
    })
  )

  it.effect("an audit's findings, taken from the run or from its CSV, are the same input", () =>
    Effect.gen(function* () {
      yield* fresh
      const { runId } = yield* StatusAudit.run({ runId: id("audit") })
      const picked = yield* OffboardAccounts.fromAudit(runId, ["dormant"])
      assert.deepStrictEqual(picked.problems, [])
      assert.isAtLeast(picked.rows.length, 3)
      const dormant = Stream.filter(StatusAudit.rows(runId), ({ findings }) => findings.includes("dormant"))
      const read = yield* CsvInput.read(OffboardAccounts.input, Report.csv(dormant))
      assert.deepStrictEqual(
        read.rows.map(({ value }) => value),
        picked.rows.map(({ value }) => value)
      )
      const plan = yield* throughFile(yield* planned(picked.rows))
      const { change } = plan.header.counts
      const summary = yield* OffboardAccounts.apply(plan, { consent: Consent.deletions(change), runId: id("dormant") })
      assert.strictEqual(summary.done, change)
      for (const { key, outcome } of yield* collected(OffboardAccounts.rows(id("dormant")))) {
        const { listed, live } = yield* view(key)
        assert.isTrue(outcome === "skipped" || (listed.status === "inactive" && live.status === "inactive"))
      }
      assert.isTrue((yield* deletions).every(({ times }) => times === 1))
    })
  )

  it.effect("what failed comes as a CSV with its columns and the error, and goes in again", () =>
    Effect.gen(function* () {
      yield* fresh
      const { faults } = yield* Simulator.Simulator
      const [a, b] = yield* healthy(2)
      assert(a !== undefined && b !== undefined)
      const bytes = csv(
        ["Account ID", "note"],
        [
          [a.accountId, "=1+1"],
          [b.accountId, "second"]
        ]
      )
      const plan = yield* planned(yield* rowsFrom(OffboardAccounts.input, bytes))
      yield* faults.set([Faults.always({ operations: ["deleteAccount"], accountIds: [a.accountId] }, Faults.notValid)])
      const runId = id("half")
      const { done, failed } = yield* OffboardAccounts.apply(plan, { consent: Consent.deletions(2), runId })
      assert.deepStrictEqual([done, failed], [1, 1])
      const again = yield* bytesOf(RunReport.failedCsv(OffboardAccounts.rows(runId)))
      assert.deepStrictEqual(again.toString().split("\r\n").slice(0, 1), ["Account ID,note,error"])
      assert.include(again.toString(), `${a.accountId},'=1+1,`)
      assert.include(again.toString(), "Rejected: deleteAccount: the provider declined")
      yield* faults.clear
      const rest = yield* planned(yield* rowsFrom(OffboardAccounts.input, again))
      assert.strictEqual((yield* OffboardAccounts.apply(rest, { consent: Consent.deletions(1) })).done, 1)
      assert.strictEqual((yield* view(a.accountId)).live.status, "inactive")
    })
  )
})
