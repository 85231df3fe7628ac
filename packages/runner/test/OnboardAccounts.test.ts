import { assert, layer } from "@effect/vitest"
import { AdminAccounts, Identifier } from "@effect-glowmarkt/core"
import { Faults, Simulator } from "@effect-glowmarkt/simulator"
import { Deferred, Effect, Fiber, Option } from "effect"
import { AccountIndex, Consent, OffboardAccounts, OnboardAccounts, Run } from "../src/index.js"
import { collected, csv, perRow, rowsFrom, served, throughFile } from "./fixtures/served.js"

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

  it.effect("reads the list once per plan and once per run, for any number of users", () =>
    Effect.gen(function* () {
      yield* fresh
      const { requests } = yield* Simulator.Simulator
      const plan = yield* planned(yield* newcomers(25))
      assert.strictEqual(yield* requests.count("getAccounts"), 1)
      assert.strictEqual(yield* requests.count("addAccount"), 0)
      const { rollback, summary } = yield* OnboardAccounts.apply(plan)
      assert.strictEqual(summary.done, 25)
      assert.strictEqual(rollback, undefined)
      assert.strictEqual(yield* requests.count("getAccounts"), 2)
      assert.strictEqual((yield* added).length, 25)

      assert.strictEqual((yield* OnboardAccounts.apply(plan)).summary.done, 25)
      assert.strictEqual((yield* added).length, 25)
      assert.strictEqual((yield* planned(yield* newcomers(25))).header.counts.nothing, 25)
    })
  )

  it.effect("an undo plan makes exactly the added accounts inactive", () =>
    Effect.gen(function* () {
      yield* fresh
      const { state } = yield* Simulator.Simulator
      const users = yield* newcomers(3)
      const [known] = users
      assert(known !== undefined)
      yield* state.add({ directoryId: known.directoryId, username: known.username })
      const runId = id("added")
      yield* OnboardAccounts.apply(yield* planned(users), { runId })
      const plan = yield* Effect.flatMap(OnboardAccounts.undo(runId), throughFile)
      assert.deepStrictEqual([plan.header.flow, plan.header.counts.change], ["offboardAccounts", 2])
      yield* OffboardAccounts.apply(plan, { consent: Consent.deletions(2) })
      assert.deepStrictEqual(
        (yield* added).map(({ live, username }) => [username, live.status]),
        users.map(({ username }, i) => [username, i === 0 ? "active" : "inactive"])
      )
    })
  )

  it.effect("an addition whose response was lost is resolved by reading the list, and is not repeated", () =>
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

  it.effect("a user's account is found by the directory id in upper or lower case", () =>
    Effect.gen(function* () {
      yield* fresh
      const [user] = yield* newcomers(1)
      assert(user !== undefined)
      const { directoryId, username } = user
      yield* (yield* Simulator.Simulator).state.add({ directoryId, username })
      const plan = yield* planned([{ username, directoryId: directoryId.toUpperCase() }])
      assert.deepStrictEqual(plan.header.counts, { change: 0, nothing: 1, skip: 0, invalid: 0 })
      const { find } = yield* AccountIndex.make
      assert.isTrue(
        Option.isSome(yield* find({ username, directoryId: Identifier.DirectoryId.make(directoryId.toUpperCase()) }))
      )
    })
  )

  it.effect("an unknown user of the directory does not affect other rows", () =>
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

  it.effect("rows are independent: after a failure the others are still tried, even one at a time", () =>
    Effect.gen(function* () {
      yield* fresh
      const users = yield* newcomers(9)
      const plan = yield* planned(users.map((user, i) => (i === 2 ? { ...user, username: "nobody" } : user)))
      const { summary } = yield* OnboardAccounts.apply(plan, { runId: id("one-by-one"), concurrency: 1 })
      assert.deepStrictEqual([summary.done, summary.failed, summary.skipped], [8, 1, 0])
    })
  )

  it.effect("a run is not resumed on another server, and nothing is sent there", () =>
    Effect.gen(function* () {
      yield* fresh
      const { faults, requests } = yield* Simulator.Simulator
      const rows = yield* rowsFrom(
        OnboardAccounts.input,
        csv(
          ["username", "directoryId"],
          (yield* newcomers(3)).map(({ directoryId, username }) => [username, directoryId])
        )
      )
      const target = { origin: "http://here" }
      const plan = yield* OnboardAccounts.plan({ rows, parameters: { together: "eachRow" }, target })
      const runId = id("begun-here")
      yield* faults.set([Faults.always({ operations: ["addAccount"] }, Faults.htmlError(503))])
      yield* Effect.flip(OnboardAccounts.apply(plan, { runId, target, maxOutage: "1 second" }))
      yield* faults.clear
      yield* requests.reset
      const elsewhere = yield* Effect.flip(OnboardAccounts.resume(runId, { target: { origin: "http://there" } }))
      assert.strictEqual(elsewhere._tag, "RunMismatch")
      assert.include(elsewhere.message, 'origin was "http://here", now "http://there"')
      assert.deepStrictEqual(yield* requests.latest, [])
      assert.strictEqual((yield* OnboardAccounts.resume(runId, { target })).summary.done, 3)
    })
  )

  const unknownAmong = (users: ReadonlyArray<{ readonly username: string; readonly directoryId: string }>) =>
    planned([...users, { directoryId: users[0]?.directoryId ?? "", username: "nobody" }], "allOrNothing")

  it.effect("all or nothing rolls back the accounts that the run added, but not those that someone else added", () =>
    Effect.gen(function* () {
      yield* fresh
      const { state } = yield* Simulator.Simulator
      const [ours, theirs] = yield* newcomers(2)
      assert(ours !== undefined && theirs !== undefined)
      const plan = yield* unknownAmong([ours, theirs])
      yield* state.add(theirs)
      const runId = id("foreign")
      const { rollback } = yield* OnboardAccounts.apply(plan, { runId, consent: Consent.deletions(3), concurrency: 1 })
      assert.strictEqual(rollback?.inactive, 1)
      const standing = new Map((yield* added).map(({ live, username }) => [username, live.status]))
      assert.deepStrictEqual([standing.get(ours.username), standing.get(theirs.username)], ["inactive", "active"])
      const rows = yield* collected(OnboardAccounts.rows(runId))
      const found = rows.find(({ key }) => key.endsWith(theirs.username))?.result
      assert(found?._tag === "Done")
      assert.strictEqual(found.change, "found")
    })
  )

  it.effect("a run that was killed between an addition and its record still recognises the account as its own", () =>
    Effect.gen(function* () {
      yield* fresh
      const [user] = yield* newcomers(1)
      assert(user !== undefined)
      const plan = yield* unknownAmong([user])
      const options = { runId: id("cut-off-adding"), consent: Consent.deletions(2), concurrency: 1 }
      const reached = yield* Deferred.make<void>()
      const stopping = Effect.map(AdminAccounts.AdminAccounts, (admin) =>
        AdminAccounts.AdminAccounts.of({
          ...admin,
          get: () => Effect.zipRight(Deferred.succeed(reached, undefined), Effect.never)
        })
      )
      const doomed = yield* Effect.fork(
        Effect.provideServiceEffect(OnboardAccounts.apply(plan, options), AdminAccounts.AdminAccounts, stopping)
      )
      yield* Deferred.await(reached)
      yield* Fiber.interrupt(doomed)
      assert.deepStrictEqual(
        (yield* added).map(({ live }) => live.status),
        ["active"]
      )
      const { rollback } = yield* OnboardAccounts.apply(plan, options)
      assert.strictEqual(rollback?.inactive, 1)
      assert.deepStrictEqual(
        (yield* added).map(({ live }) => live.status),
        ["inactive"]
      )
    })
  )

  it.effect("an added account that cannot be read yet is not added again", () =>
    Effect.gen(function* () {
      yield* fresh
      const { faults } = yield* Simulator.Simulator
      const plan = yield* planned(yield* newcomers(3))
      yield* faults.set([
        Faults.Script({ on: { operations: ["getAccountById"] }, faults: [Faults.serverError, Faults.serverError] })
      ])
      const { summary } = yield* OnboardAccounts.apply(plan, { concurrency: 1 })
      assert.strictEqual(summary.done, 3)
      assert.strictEqual((yield* added).length, 3)
    })
  )

  it.effect("all or nothing: added accounts are made inactive, and the results say so", () =>
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
      const { rollback, summary } = yield* OnboardAccounts.apply(plan, { runId, consent, concurrency: 1 })
      assert.strictEqual(summary.done, 4)
      assert.deepStrictEqual(rollback, { runId: id("all-or-nothing.undo"), inactive: 4, failed: 0 })
      assert.deepStrictEqual(
        (yield* added).map(({ live }) => live.status),
        ["inactive", "inactive", "inactive", "inactive"]
      )
      const rows = yield* collected(OnboardAccounts.rows(runId))
      assert.deepStrictEqual(
        rows.map(({ outcome, result }) => [outcome, result?._tag === "Failed" ? result.kind : ""]),
        [
          ...Array.from({ length: 4 }, () => ["failed", "RolledBack"]),
          ["failed", "MissingElements"],
          ...Array.from({ length: 3 }, () => ["skipped", ""])
        ]
      )
      const resumed = yield* OnboardAccounts.resume(runId, { consent })
      assert.deepStrictEqual([resumed.summary, resumed.rollback], [summary, rollback])
      const { state } = yield* Simulator.Simulator
      assert.isTrue((yield* state.writes).every(({ times }) => times === 1))
    })
  )

  it.scoped("a row takes 2 requests to apply, plus one list for all rows", () =>
    Effect.gen(function* () {
      yield* fresh
      const count = 3
      const plan = yield* planned(yield* newcomers(count))
      assert.deepStrictEqual(yield* perRow(count, OnboardAccounts.apply(plan)), {
        getAccounts: 1 / count,
        addAccount: 1,
        getAccountById: 1
      })
    })
  )
})
