/** How many requests a row costs: a provider that asks for few is sent no more than these. */
import { FileSystem } from "@effect/platform"
import { assert, layer } from "@effect/vitest"
import { Simulator } from "@effect-glowmarkt/simulator"
import { Effect, Layer, Option, Redacted } from "effect"
import {
  Consent,
  CorrectOwnDetails,
  OffboardAccounts,
  OnboardAccounts,
  PlannedFlow,
  RenameAccounts,
  RotateMobileTokens,
  RotatePasswords,
  Secrets
} from "../src/index.js"
import { csv, healthy, rowsFrom, served, temporary } from "./fixtures/served.js"

const count = 3

const people = Effect.gen(function* () {
  const { population, reset } = yield* Simulator.Simulator
  yield* reset
  const fs = yield* FileSystem.FileSystem
  const directory = yield* temporary
  const accounts = yield* healthy(count)
  const lines = accounts.map(({ username }) => {
    const person = Option.getOrThrow(population.findUser(username))
    return `${username}=${Redacted.value(population.password(person))}\n`
  })
  yield* fs.writeFileString(`${directory}/known.env`, `${lines.join("")}old=before\nnew=after\n`)
  const ref = (name: string) => `file:${directory}/known.env#${name}`
  return { accounts, directory, ref, applicationId: population.credentials.applicationId }
})

/** Of each row, by operation; the rows must not differ. */
const perRow = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const { requests } = yield* Simulator.Simulator
    yield* requests.reset
    yield* work
    const counts: Record<string, number> = {}
    for (const { operation } of yield* requests.latest) {
      const name = Option.getOrElse(operation, () => "unknown")
      counts[name] = (counts[name] ?? 0) + 1
    }
    return Object.fromEntries(Object.entries(counts).map(([name, all]) => [name, all / count]))
  })

const live = Secrets.layer.pipe(Layer.provideMerge(served()))

layer(live, { excludeTestServices: true })("a row costs", (it) => {
  it.scoped("renameAccounts: 1 to plan, 3 to apply", () =>
    Effect.gen(function* () {
      const { accounts } = yield* people
      const { flow } = RenameAccounts
      const rows = yield* rowsFrom(
        flow.input,
        csv(
          ["accountId", "name"],
          accounts.map(({ accountId }) => [accountId, "New"])
        )
      )
      const plan = yield* PlannedFlow.plan(flow, { rows, parameters: {} })
      assert.deepStrictEqual(yield* perRow(PlannedFlow.plan(flow, { rows, parameters: {} })), { getAccountById: 1 })
      assert.deepStrictEqual(yield* perRow(PlannedFlow.apply(flow, plan)), { getAccountById: 2, updateAccount: 1 })
      assert.deepStrictEqual(yield* perRow(PlannedFlow.apply(flow, plan)), { getAccountById: 1 })
    })
  )

  it.scoped("offboardAccounts: 2 to plan, 5 to apply", () =>
    Effect.gen(function* () {
      const { accounts, applicationId } = yield* people
      const rows = yield* rowsFrom(
        OffboardAccounts.input,
        csv(
          ["accountId"],
          accounts.map(({ accountId }) => [accountId])
        )
      )
      const plan = yield* OffboardAccounts.plan({ rows, parameters: { applicationId } })
      assert.deepStrictEqual(yield* perRow(OffboardAccounts.apply(plan, { consent: Consent.deletions(count) })), {
        getAccountById: 2,
        getAccountStatusById: 2,
        deleteAccount: 1
      })
    })
  )

  it.scoped("onboardAccounts: 2 to apply, and a list for all", () =>
    Effect.gen(function* () {
      yield* people
      const { population } = yield* Simulator.Simulator
      const newcomers = Array.from({ length: count }, (_, i) => Option.getOrThrow(population.newcomer(i)))
      const rows = yield* rowsFrom(
        OnboardAccounts.input,
        csv(
          ["username", "directoryId"],
          newcomers.map(({ directoryId, username }) => [username, directoryId])
        )
      )
      const plan = yield* OnboardAccounts.plan({ rows, parameters: { together: "eachRow" } })
      assert.deepStrictEqual(yield* perRow(OnboardAccounts.apply(plan)), {
        getAccounts: 1 / count,
        addAccount: 1,
        getAccountById: 1
      })
    })
  )

  it.scoped("correctOwnDetails: 7 to apply, of which one signs in", () =>
    Effect.gen(function* () {
      const { accounts, applicationId, ref } = yield* people
      const { flow } = CorrectOwnDetails
      const rows = yield* rowsFrom(
        flow.input,
        csv(
          ["username", "password", "name", "email"],
          accounts.map(({ username }, i) => [username, ref(username), "New", `n${i}@new.example`])
        )
      )
      const plan = yield* PlannedFlow.plan(flow, { rows, parameters: { applicationId } })
      assert.deepStrictEqual(yield* perRow(PlannedFlow.apply(flow, plan)), {
        usernameLogin: 1,
        getAccountById: 3,
        userChangeName: 1,
        userChangeEmail: 1,
        deleteToken: 1
      })
    })
  )

  it.scoped("rotatePasswords: 5 to apply, of which two sign in", () =>
    Effect.gen(function* () {
      const { accounts, applicationId, directory, ref } = yield* people
      const rows = yield* rowsFrom(
        RotatePasswords.input,
        csv(
          ["username", "password"],
          accounts.map(({ username }) => [username, ref(username)])
        )
      )
      const parameters = { applicationId, passwordFile: `${directory}/fresh.env` }
      const plan = yield* RotatePasswords.plan({ rows, parameters })
      assert.deepStrictEqual(yield* perRow(RotatePasswords.apply(plan)), {
        usernameLogin: 2,
        userChangePassword: 1,
        deleteToken: 2
      })
    })
  )

  it.scoped("rotateMobileTokens: 4 to apply, of which one signs in", () =>
    Effect.gen(function* () {
      const { accounts, applicationId, ref } = yield* people
      const { flow } = RotateMobileTokens
      const rows = yield* rowsFrom(
        flow.input,
        csv(
          ["username", "password", "oldToken", "newToken"],
          accounts.map(({ username }) => [username, ref(username), ref("old"), ref("new")])
        )
      )
      const plan = yield* PlannedFlow.plan(flow, { rows, parameters: { applicationId } })
      assert.deepStrictEqual(yield* perRow(PlannedFlow.apply(flow, plan)), {
        usernameLogin: 1,
        addMobileAppToken: 1,
        removeMobileAppToken: 1,
        deleteToken: 1
      })
    })
  )
})
