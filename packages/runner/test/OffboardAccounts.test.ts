import { assert, layer } from "@effect/vitest"
import { Identifier } from "@effect-glowmarkt/core"
import { Faults, Simulator } from "@effect-glowmarkt/simulator"
import { DateTime, Effect, Fiber, Option, Stream } from "effect"
import {
  Consent,
  Converge,
  CsvInput,
  OffboardAccounts,
  type Plan,
  PlannedFlow,
  Report,
  Run,
  RunReport,
  RunStore,
  StatusAudit
} from "../src/index.js"
import { bytesOf, collected, csv, healthy, perRow, rowsFrom, served, throughFile, view } from "./fixtures/served.js"

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

  it.effect("deletes nothing without consent for exactly the planned number", () =>
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

  it.effect("deletes nothing without consent, even from JavaScript", () =>
    Effect.gen(function* () {
      yield* fresh
      const plan = yield* planned(yield* rowsOf(yield* healthy(1)))
      // A JavaScript program could do this.
      const careless: (
        plan: Plan.Plan,
        options?: object
      ) => Effect.Effect<unknown, { readonly _tag: string }, unknown> = OffboardAccounts.apply as never
      for (const options of [undefined, {}]) {
        const error = yield* Effect.flip(careless(plan, options)) as Effect.Effect<{ readonly _tag: string }>
        assert.strictEqual(error._tag, "ConsentMismatch")
      }
    })
  )

  it.effect("a plan whose changes were relabelled as nothing to do, with consent to 0 deletions, deletes nothing", () =>
    Effect.gen(function* () {
      yield* fresh
      const plan = yield* planned(yield* rowsOf(yield* healthy(3)))
      const relabelled: Plan.Plan = {
        header: { ...plan.header, counts: { change: 0, nothing: 3, skip: 0, invalid: 0 } },
        entries: plan.entries.map((entry) => ({
          ...entry,
          will: "nothing: already so",
          intent: entry.intent._tag === "Change" ? { ...entry.intent, _tag: "Nothing" as const } : entry.intent
        }))
      }
      const error = yield* Effect.flip(
        OffboardAccounts.apply(yield* throughFile(relabelled), { consent: Consent.deletions(0) })
      )
      assert.strictEqual(error._tag, "InvalidPlan")
      assert.include(error.message, "line 2: the line says “nothing: already so” (Nothing), but it would make inactive")
      // Nor does such a line that got into the store in another way.
      const store = yield* RunStore.RunStore
      const { counts, createdAt: startedAt, id: of, parameters } = relabelled.header
      const runId = id("relabelled")
      yield* store.open({
        runId,
        flow: "offboardAccounts",
        parameters: { plan: of, counts, target: {}, parameters },
        startedAt
      })
      yield* store.putSubjects(runId, Stream.fromIterable(relabelled.entries))
      yield* OffboardAccounts.resume(runId, { consent: Consent.deletions(0) })
      const [row] = yield* collected(OffboardAccounts.rows(runId))
      assert.deepStrictEqual(row?.outcome, "skipped")
      assert.deepStrictEqual(yield* deletions, [])
    })
  )

  it.effect("skips an account that was used again since the audit, before or after planning", () =>
    Effect.gen(function* () {
      yield* fresh
      const { state } = yield* Simulator.Simulator
      const { runId } = yield* StatusAudit.run({ runId: id("stale") })
      const { rows } = yield* OffboardAccounts.fromAudit(runId, ["dormant"])
      const [a, b, ...others] = rows.filter(({ cells }) => cells["findings"] === "dormant")
      assert(a !== undefined && b !== undefined && others.length > 0)
      const back = (accountId: string) => state.rename(accountId, { operation: "updateAccount", name: "I am back" })
      yield* back(a.value.accountId)
      const plan = yield* throughFile(yield* planned([a, b, ...others]))
      assert.deepStrictEqual(plan.header.counts, { change: 1 + others.length, nothing: 0, skip: 1, invalid: 0 })
      assert.include(plan.entries[0]?.will, "skip: updatedAt is 20")
      yield* back(b.value.accountId)
      const run = id("stale-offboard")
      const consent = Consent.deletions(plan.header.counts.change)
      const { done } = yield* OffboardAccounts.apply(plan, { consent, runId: run })
      assert.strictEqual(done, others.length)
      const [, second] = yield* collected(OffboardAccounts.rows(run))
      assert(second?.result?._tag === "Skipped")
      assert.include(second.result.reason, "updatedAt is")
      for (const { value } of [a, b]) {
        assert.strictEqual((yield* view(value.accountId)).live.status, "active")
      }
    })
  )

  it.effect("skips an account that changed since planning, even without columns from an audit", () =>
    Effect.gen(function* () {
      yield* fresh
      const { state } = yield* Simulator.Simulator
      const [a] = yield* healthy(1)
      assert(a !== undefined)
      const plan = yield* planned(yield* rowsOf([a]))
      yield* state.changeEmail(a.accountId, "in@use.example")
      const { skipped } = yield* OffboardAccounts.apply(plan, { consent: Consent.deletions(1) })
      assert.strictEqual(skipped, 1)
      assert.deepStrictEqual(yield* deletions, [])
    })
  )

  it.effect("a resumed run needs consent to the remaining deletions and must use the same server", () =>
    Effect.gen(function* () {
      yield* fresh
      const { faults } = yield* Simulator.Simulator
      const accounts = yield* healthy(4)
      const rows = yield* rowsOf(accounts)
      const applicationId = yield* application
      const target = { origin: "http://here", applicationId }
      const plan = yield* OffboardAccounts.plan({ rows, parameters: { applicationId }, target })
      const bad = accounts.slice(2).map(({ accountId }) => accountId)
      yield* faults.set([Faults.always({ accountIds: bad }, Faults.htmlError(503))])
      const runId = id("remaining")
      const begun = yield* Effect.fork(
        OffboardAccounts.apply(plan, { consent: Consent.deletions(4), runId, target, concurrency: 2 })
      )
      // Interrupted after two are recorded.
      yield* Effect.repeat(
        Effect.delay(
          Effect.flatMap(PlannedFlow.inspect(runId).pipe(Effect.orElseSucceed(Option.none)), Effect.succeed),
          "20 millis"
        ),
        {
          until: (run) => Option.exists(run, ({ remaining }) => remaining === 2)
        }
      )
      yield* Fiber.interrupt(begun)
      yield* faults.clear
      const full = yield* Effect.flip(OffboardAccounts.resume(runId, { consent: Consent.deletions(4) }))
      assert.strictEqual(
        full.message,
        "This would make 2 accounts inactive, but the consent is for 4. Nothing was changed"
      )
      const consent = Consent.deletions(2)
      const elsewhere = yield* Effect.flip(
        OffboardAccounts.resume(runId, { consent, target: { origin: "http://there" } })
      )
      assert.include(elsewhere.message, 'origin was "http://here", now "http://there"')
      assert.strictEqual((yield* OffboardAccounts.resume(runId, { consent, target })).done, 4)
    })
  )

  it.effect("refuses an unfinished audit as input", () =>
    Effect.gen(function* () {
      yield* fresh
      const store = yield* RunStore.RunStore
      const runId = id("half-audited")
      const startedAt = yield* DateTime.now
      yield* store.open({ runId, flow: "statusAudit", parameters: {}, startedAt })
      const error = yield* Effect.flip(OffboardAccounts.fromAudit(runId, ["undetermined"]))
      assert.strictEqual(error._tag, "RunUnfinished")
      assert.include(error.message, 'Run "half-audited" is not finished')
    })
  )

  it.effect("skips an account of another application or of another user than the row names", () =>
    Effect.gen(function* () {
      yield* fresh
      const [a, b] = yield* healthy(2)
      assert(a !== undefined && b !== undefined)
      const rows = yield* rowsOf([a, { ...b, username: "somebody" }])
      const other = Identifier.ApplicationId.make("00000000-0000-4000-8000-000000000000")
      const foreign = yield* OffboardAccounts.plan({ rows, parameters: { applicationId: other } })
      assert.deepStrictEqual(foreign.header.counts, { change: 0, nothing: 0, skip: 2, invalid: 0 })
      assert.include(foreign.entries[0]?.will, `belongs to application ${yield* application}, not ${other}`)
      const step = yield* Effect.flip(Converge.ensureInactive(a.accountId, other))
      assert.strictEqual(step._tag, "Refused")

      const plan = yield* planned(rows)
      assert.deepStrictEqual(plan.header.counts, { change: 1, nothing: 0, skip: 1, invalid: 0 })
      assert.include(plan.entries[1]?.will, 'skip: username is "somebody" in the row')
      yield* OffboardAccounts.apply(plan, { consent: Consent.deletions(1) })
      assert.deepStrictEqual(
        (yield* deletions).map(({ accountId }) => accountId),
        [a.accountId]
      )
    })
  )

  it.effect("an audit's run and its CSV give the same input", () =>
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

  it.effect("failed rows are written as a CSV with their columns and the error, which can be planned again", () =>
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
      assert.deepStrictEqual(again.toString().split("\r\n").slice(0, 1), ["\ufeffAccount ID,note,error"])
      assert.include(again.toString(), `${a.accountId},'=1+1,`)
      assert.include(again.toString(), "Rejected: Glowmarkt declined the request")
      yield* faults.clear
      const rest = yield* planned(yield* rowsFrom(OffboardAccounts.input, again))
      assert.strictEqual((yield* OffboardAccounts.apply(rest, { consent: Consent.deletions(1) })).done, 1)
      assert.strictEqual((yield* view(a.accountId)).live.status, "inactive")
    })
  )

  it.scoped("a row takes 2 requests to plan and 5 to apply", () =>
    Effect.gen(function* () {
      yield* fresh
      const count = 3
      const accounts = yield* healthy(count)
      const applicationId = yield* application
      const rows = yield* rowsFrom(
        OffboardAccounts.input,
        csv(
          ["accountId"],
          accounts.map(({ accountId }) => [accountId])
        )
      )
      const plan = yield* OffboardAccounts.plan({ rows, parameters: { applicationId } })
      assert.deepStrictEqual(
        yield* perRow(count, OffboardAccounts.apply(plan, { consent: Consent.deletions(count) })),
        {
          getAccountById: 2,
          getAccountStatusById: 2,
          deleteAccount: 1
        }
      )
    })
  )
})
