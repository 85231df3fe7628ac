import { assert, layer } from "@effect/vitest"
import { Faults, Simulator } from "@effect-glowmarkt/simulator"
import { Effect, Option } from "effect"
import { Consent, OnboardAccounts, Run } from "../src/index.js"
import { collected, csv, rowsFrom, served, throughFile } from "./fixtures/served.js"

const id = (name: string) => Run.RunId.make(name)

layer(served(), { excludeTestServices: true })("OnboardAccounts", (it) => {
  const fresh = Effect.flatMap(Simulator.Simulator, ({ reset }) => reset)

  const newcomers = (count: number) =>
    Effect.map(Simulator.Simulator, ({ population }) =>
      Array.from({ length: count }, (_, i) => Option.getOrThrow(population.newcomer(i)))
    )

  const planned = (
    users: ReadonlyArray<{ readonly username: string; readonly directoryId: string }>,
    together: OnboardAccounts.Parameters["together"] = "eachRow"
  ) =>
    rowsFrom(
      OnboardAccounts.input,
      csv(
        ["username", "directoryId"],
        users.map(({ directoryId, username }) => [username, directoryId])
      )
    ).pipe(
      Effect.flatMap((rows) => OnboardAccounts.plan({ rows, parameters: { together } })),
      Effect.flatMap(throughFile)
    )

  const added = Effect.map(Simulator.Simulator, ({ population, state }) =>
    [...state.accounts].slice(population.accounts)
  )

  it.effect("reads the list once a plan and once a run, however many users", () =>
    Effect.gen(function* () {
      yield* fresh
      const { requests } = yield* Simulator.Simulator
      const plan = yield* planned(yield* newcomers(25))
      assert.strictEqual(yield* requests.count("getAccounts"), 1)
      assert.strictEqual(yield* requests.count("addAccount"), 0)
      const { summary, undone } = yield* OnboardAccounts.apply(plan)
      assert.strictEqual(summary.done, 25)
      assert.strictEqual(undone, undefined)
      assert.strictEqual(yield* requests.count("getAccounts"), 2)
      assert.strictEqual((yield* added).length, 25)

      assert.strictEqual((yield* OnboardAccounts.apply(plan)).summary.done, 25)
      assert.strictEqual((yield* added).length, 25)
      assert.strictEqual((yield* planned(yield* newcomers(25))).header.counts.nothing, 25)
    })
  )

  it.effect("an addition whose answer was lost is settled by reading the list, and not made twice", () =>
    Effect.gen(function* () {
      yield* fresh
      const { faults, requests } = yield* Simulator.Simulator
      const plan = yield* planned(yield* newcomers(12))
      yield* faults.set([Faults.always({ operations: ["addAccount"] }, Faults.Reset({ when: "after" }))])
      const { summary } = yield* OnboardAccounts.apply(plan, { concurrency: 4 })
      assert.strictEqual(summary.done, 12)
      assert.strictEqual((yield* added).length, 12)
      assert.isBelow(yield* requests.count("getAccounts"), 12)
    })
  )

  it.effect("a user the directory does not know fails alone", () =>
    Effect.gen(function* () {
      yield* fresh
      const users = yield* newcomers(4)
      const plan = yield* planned(users.map((user, i) => (i === 1 ? { ...user, username: "nobody" } : user)))
      const { summary } = yield* OnboardAccounts.apply(plan, { runId: id("one-unknown") })
      assert.deepStrictEqual([summary.done, summary.failed], [3, 1])
      const rows = yield* collected(OnboardAccounts.rows(id("one-unknown")))
      assert.deepStrictEqual(
        rows.map(({ outcome }) => outcome),
        ["done", "failed", "done", "done"]
      )
    })
  )

  it.effect("all or nothing: what was added is made inactive again, and it says so", () =>
    Effect.gen(function* () {
      yield* fresh
      const users = yield* newcomers(8)
      const plan = yield* planned(
        users.map((user, i) => (i === 4 ? { ...user, username: "nobody" } : user)),
        "allOrNothing"
      )
      const refused = yield* Effect.flip(OnboardAccounts.apply(plan))
      assert.strictEqual(refused._tag, "ConsentMismatch")
      assert.strictEqual((yield* added).length, 0)

      const runId = id("all-or-nothing")
      const consent = Consent.deletions(8)
      const { summary, undone } = yield* OnboardAccounts.apply(plan, { runId, consent, concurrency: 1 })
      assert.strictEqual(summary.done, 4)
      assert.deepStrictEqual(undone, { runId: id("all-or-nothing.undo"), inactive: 4, failed: 0 })
      assert.deepStrictEqual(
        (yield* added).map(({ live }) => live.status),
        ["inactive", "inactive", "inactive", "inactive"]
      )
      const rows = yield* collected(OnboardAccounts.rows(runId))
      assert.deepStrictEqual(
        rows.map(({ outcome, result }) => [outcome, result?._tag === "Failed" ? result.kind : ""]),
        [
          ...Array.from({ length: 4 }, () => ["failed", "Undone"]),
          ["failed", "MissingElements"],
          ...Array.from({ length: 3 }, () => ["skipped", ""])
        ]
      )
      const resumed = yield* OnboardAccounts.resume(runId, { consent })
      assert.deepStrictEqual([resumed.summary, resumed.undone], [summary, undone])
      const { state } = yield* Simulator.Simulator
      assert.isTrue((yield* state.writes).every(({ times }) => times === 1))
    })
  )
})
