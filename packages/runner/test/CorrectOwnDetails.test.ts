import { assert, layer } from "@effect/vitest"
import { Faults, Simulator } from "@effect-glowmarkt/simulator"
import { Effect } from "effect"
import { CorrectOwnDetails, CsvInput, PlannedFlow, Run } from "../src/index.js"
import { collected, csv, perRow, rowsFrom, throughFile, view } from "./fixtures/served.js"
import { fresh, live, users, writesOf } from "./fixtures/users.js"

const id = (name: string) => Run.RunId.make(name)

layer(live, { excludeTestServices: true })("CorrectOwnDetails", (it) => {
  const columns = ["username", "password", "name", "email"]

  const planned = (rows: ReadonlyArray<ReadonlyArray<string>>) =>
    Effect.gen(function* () {
      const { population } = yield* Simulator.Simulator
      const { applicationId } = population.credentials
      const input = yield* rowsFrom(CorrectOwnDetails.flow.input, csv(columns, rows))
      return yield* Effect.flatMap(
        PlannedFlow.plan(CorrectOwnDetails.flow, { rows: input, parameters: { applicationId } }),
        throughFile
      )
    })

  it.scoped("users correct their own details; a wrong reference or password is found before any change is sent", () =>
    Effect.gen(function* () {
      yield* fresh
      const { accounts, known } = yield* users(3)
      const [a, b, c] = accounts
      assert(a !== undefined && b !== undefined && c !== undefined)
      const plan = yield* planned([
        [a.username, `file:${known}#${a.username}`, "Ann", "ann@new.example"],
        [b.username, `file:${known}#${a.username}`, "Ben", ""],
        [c.username, "env:NO_SUCH_VARIABLE", "", "c@new.example"]
      ])
      assert.deepStrictEqual(
        plan.entries.map(({ intent }) => intent._tag),
        ["Change", "Skip", "Skip"]
      )
      assert.include(plan.entries[0]?.will, `set name to "Ann" (was ${JSON.stringify(a.name)}) and set e-mail to`)
      assert.include(plan.entries[1]?.will, "cannot sign in")
      assert.include(plan.entries[2]?.will, "env:NO_SUCH_VARIABLE: the variable is not set")
      assert.deepStrictEqual(yield* writesOf("userChangeName"), [])
      const { done, skipped } = yield* PlannedFlow.apply(CorrectOwnDetails.flow, plan, { runId: id("own") })
      assert.deepStrictEqual([done, skipped], [1, 2])
      const { email, name } = yield* view(a.accountId)
      assert.deepStrictEqual([name, email], ["Ann", "ann@new.example"])
      yield* PlannedFlow.apply(CorrectOwnDetails.flow, plan)
      assert.deepStrictEqual(
        [...(yield* writesOf("userChangeName")), ...(yield* writesOf("userChangeEmail"))].map(({ times }) => times),
        [1, 1]
      )
    })
  )

  it.scoped("if the address is refused, the name is changed back, and the result says so", () =>
    Effect.gen(function* () {
      yield* fresh
      const { faults } = yield* Simulator.Simulator
      const { accounts, known } = yield* users(2)
      const [a, b] = accounts
      assert(a !== undefined && b !== undefined && a.name != null)
      const plan = yield* planned(
        [a, b].map(({ username }) => [username, `file:${known}#${username}`, "New", `x${username}`])
      )
      yield* faults.set([
        Faults.Script({ on: { operations: ["userChangeEmail"] }, faults: [Faults.notValid] }),
        Faults.Script({ on: { operations: ["userChangeEmail"] }, faults: [Faults.Reset({ when: "after" })] })
      ])
      const runId = id("own-refused")
      yield* PlannedFlow.apply(CorrectOwnDetails.flow, plan, { runId, concurrency: 1 })
      const [first, second] = yield* collected(PlannedFlow.rows(CorrectOwnDetails.flow, runId))
      assert(first?.result?._tag === "Failed")
      assert.strictEqual(first.result.kind, "RolledBack")
      assert.include(first.result.message, "the name was changed back")
      assert.strictEqual((yield* view(a.accountId)).name, a.name)
      assert.strictEqual((yield* view(a.accountId)).email, a.email)
      // The other change was made; only the response was lost.
      assert.strictEqual(second?.outcome, "done")
    })
  )

  it.scoped("a change that the killed run left half done is not drift, but someone else's change is", () =>
    Effect.gen(function* () {
      yield* fresh
      const { state } = yield* Simulator.Simulator
      const { accounts, known } = yield* users(2)
      const [a, b] = accounts
      assert(a !== undefined && b !== undefined)
      const plan = yield* planned(
        [a, b].map(({ username }) => [username, `file:${known}#${username}`, "New", `x${username}`])
      )
      yield* state.rename(a.accountId, { operation: "userChangeName", name: "New" })
      yield* state.rename(b.accountId, { operation: "userChangeName", name: "Other" })
      const { done, skipped } = yield* PlannedFlow.apply(CorrectOwnDetails.flow, plan)
      assert.deepStrictEqual([done, skipped], [1, 1])
      assert.deepStrictEqual(
        (yield* writesOf("userChangeName")).map(({ times }) => times),
        [1, 1]
      )
    })
  )

  it("a row needs a name or an address, and a reference instead of a password", () => {
    const bytes = csv(columns, [
      ["a", "env:A", "", ""],
      ["b", "hunter2", "B", "nowhere"]
    ])
    const parsed = CsvInput.parse(CorrectOwnDetails.flow.input, bytes)
    assert.deepStrictEqual(parsed._tag === "Left" ? parsed.left.problems.map(({ message }) => message) : [], [
      "line 2: has neither name nor email; correct the row",
      "line 3: password is not valid; enter a reference to the password: env:NAME, file:PATH or file:PATH#NAME",
      'line 3: email "nowhere" is not an e-mail address: expected someone@example.com; enter the new e-mail address (optional)'
    ])
  })

  it.scoped("a row takes 7 requests to apply, one of them to sign in", () =>
    Effect.gen(function* () {
      yield* fresh
      const count = 3
      const { accounts, applicationId, known } = yield* users(count)
      const { flow } = CorrectOwnDetails
      const rows = yield* rowsFrom(
        flow.input,
        csv(
          ["username", "password", "name", "email"],
          accounts.map(({ username }, i) => [username, `file:${known}#${username}`, "New", `n${i}@new.example`])
        )
      )
      const plan = yield* PlannedFlow.plan(flow, { rows, parameters: { applicationId } })
      assert.deepStrictEqual(yield* perRow(count, PlannedFlow.apply(flow, plan)), {
        usernameLogin: 1,
        getAccountById: 3,
        userChangeName: 1,
        userChangeEmail: 1,
        deleteToken: 1
      })
    })
  )
})
