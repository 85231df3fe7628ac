import { FileSystem } from "@effect/platform"
import { assert, layer } from "@effect/vitest"
import { Faults, Simulator } from "@effect-glowmarkt/simulator"
import { Effect, Fiber, Option, Redacted } from "effect"
import { PlannedFlow, RotateMobileTokens, Run } from "../src/index.js"
import { collected, csv, perRow, rowsFrom, throughFile } from "./fixtures/served.js"
import { fresh, live, traces, users } from "./fixtures/users.js"

const id = (name: string) => Run.RunId.make(name)

layer(live, { excludeTestServices: true })("RotateMobileTokens", (it) => {
  const planned = (count: number) =>
    Effect.gen(function* () {
      yield* fresh
      const { state } = yield* Simulator.Simulator
      const fs = yield* FileSystem.FileSystem
      const { accounts, applicationId, directory, known } = yield* users(count)
      const tokens = `${directory}/tokens.env`
      yield* fs.writeFileString(tokens, "old=phone-before\nnew=phone-after\n")
      const rows = yield* rowsFrom(
        RotateMobileTokens.flow.input,
        csv(
          ["username", "password", "old token", "new token"],
          accounts.map(({ username }) => [
            username,
            `file:${known}#${username}`,
            `file:${tokens}#old`,
            `file:${tokens}#new`
          ])
        )
      )
      for (const { accountId } of accounts) {
        yield* state.addMobileToken(accountId, Redacted.make("phone-before"))
      }
      const plan = yield* PlannedFlow.plan(RotateMobileTokens.flow, { rows, parameters: { applicationId } })
      return { accounts, plan: yield* throughFile(plan) }
    })

  const held = (accounts: ReadonlyArray<{ readonly accountId: string }>) =>
    Effect.flatMap(Simulator.Simulator, ({ state }) =>
      Effect.forEach(accounts, ({ accountId }) =>
        Effect.map(state.mobileTokens(accountId), (some) => some.map(Redacted.value))
      )
    )

  const calls = Effect.flatMap(Simulator.Simulator, ({ requests }) =>
    Effect.map(requests.latest, (all) =>
      all.flatMap(({ operation }) => Option.toArray(operation).filter((name) => name.endsWith("MobileAppToken")))
    )
  )

  it.scoped(
    "adds before it removes; a failed removal leaves both tokens and says so; no token is in the plan or the store",
    () =>
      Effect.gen(function* () {
        const { accounts, plan } = yield* planned(2)
        const { faults } = yield* Simulator.Simulator
        yield* faults.set([Faults.Script({ on: { operations: ["removeMobileAppToken"] }, faults: [Faults.notValid] })])
        const runId = id("tokens")
        yield* PlannedFlow.apply(RotateMobileTokens.flow, plan, { runId, concurrency: 1 })
        const results = (yield* collected(PlannedFlow.rows(RotateMobileTokens.flow, runId))).map(({ result }) => result)
        assert(results[0]?._tag === "Failed")
        assert.include(
          results[0].message,
          "The new token was added, but the old one could not be removed and still works"
        )
        // The API cannot list tokens, so an accepted change is not reported as verified.
        assert.isTrue(results[1]?._tag === "Done" && results[1].change === "sent")
        assert.deepStrictEqual(yield* held(accounts), [["phone-before", "phone-after"], ["phone-after"]])
        assert.deepStrictEqual((yield* calls).slice(0, 2), ["addMobileAppToken", "removeMobileAppToken"])
        assert.notMatch(yield* traces(plan, runId), /phone-/)
      })
  )

  // Whether or not it was made: the provider may refuse to remove a token that does not exist.
  const cutOff: ReadonlyArray<readonly [made: "after" | "before", removal: Faults.Fault]> = [
    ["after", Faults.None()],
    ["before", Faults.notValid]
  ]
  it.scoped.each(cutOff)(
    "an addition that was interrupted %s it was made is undone before it is repeated",
    ([when, removal]) =>
      Effect.gen(function* () {
        const { accounts, plan } = yield* planned(1)
        const { faults } = yield* Simulator.Simulator
        yield* faults.set([
          Faults.Script({ on: { operations: ["addMobileAppToken"] }, faults: [Faults.Reset({ when })] }),
          Faults.Script({ on: { operations: ["removeMobileAppToken"] }, faults: [removal] })
        ])
        const { done } = yield* PlannedFlow.apply(RotateMobileTokens.flow, plan)
        assert.strictEqual(done, 1)
        assert.deepStrictEqual(yield* held(accounts), [["phone-after"]])
        assert.deepStrictEqual(yield* calls, [
          "addMobileAppToken",
          "removeMobileAppToken",
          "addMobileAppToken",
          "removeMobileAppToken"
        ])
      })
  )

  it.scoped("a run that was killed after an addition knows that it was made", () =>
    Effect.gen(function* () {
      const { accounts, plan } = yield* planned(1)
      const { faults } = yield* Simulator.Simulator
      yield* faults.set([Faults.always({ operations: ["removeMobileAppToken"] }, Faults.Hang({ when: "before" }))])
      const runId = id("tokens-cut-off")
      const doomed = yield* Effect.fork(PlannedFlow.apply(RotateMobileTokens.flow, plan, { runId }))
      yield* Effect.repeat(Effect.delay(calls, "20 millis"), { until: (all) => all.length === 2 })
      yield* Fiber.interrupt(doomed)
      yield* faults.clear
      assert.strictEqual((yield* PlannedFlow.resume(RotateMobileTokens.flow, runId)).done, 1)
      assert.deepStrictEqual(yield* held(accounts), [["phone-after"]])
      assert.strictEqual((yield* calls).filter((name) => name === "addMobileAppToken").length, 1)
    })
  )

  it.scoped("a row takes 4 requests to apply, one of them to sign in", () =>
    Effect.gen(function* () {
      const count = 3
      const { plan } = yield* planned(count)
      assert.deepStrictEqual(yield* perRow(count, PlannedFlow.apply(RotateMobileTokens.flow, plan)), {
        usernameLogin: 1,
        addMobileAppToken: 1,
        removeMobileAppToken: 1,
        deleteToken: 1
      })
    })
  )
})
