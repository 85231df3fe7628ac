import { assert, layer } from "@effect/vitest"
import { CallOptions, RetryPolicy } from "@effect-glowmarkt/core"
import { Faults, Simulator } from "@effect-glowmarkt/simulator"
import { Effect, Option } from "effect"
import { AccountIndex, Converge } from "../src/index.js"
import { healthy, served } from "./fixtures/served.js"

const once = CallOptions.locally({ retry: RetryPolicy.none })

layer(served(), { excludeTestServices: true })("Converge with a single request", (it) => {
  const fresh = Effect.flatMap(Simulator.Simulator, ({ reset }) => reset)

  const times = Effect.map(
    Effect.flatMap(Simulator.Simulator, ({ state }) => state.writes),
    (writes) => writes.map((write) => write.times)
  )

  const first = Effect.map(healthy(1), ([account]) => {
    assert(account !== undefined)
    return account
  })

  /**
   * The results of a write whose connection breaks after it took effect, breaks before, or breaks
   * only the first time.
   */
  const broken = <A, E extends { readonly _tag: string }, R>(
    operation: "updateAccount" | "deleteAccount" | "addAccount",
    step: Effect.Effect<A, E, R>
  ) =>
    Effect.gen(function* () {
      const { faults } = yield* Simulator.Simulator
      yield* faults.set([Faults.always({ operations: [operation] }, Faults.Reset({ when: "before" }))])
      assert.strictEqual((yield* Effect.flip(once(step)))._tag, "TransportError")
      assert.deepStrictEqual(yield* times, [])
      yield* faults.set([Faults.always({ operations: [operation] }, Faults.Reset({ when: "after" }))])
      yield* once(step)
      yield* once(step)
      assert.deepStrictEqual(yield* times, [1])
    })

  it.effect("ensureName resolves a lost response by reading", () =>
    Effect.gen(function* () {
      yield* fresh
      const { accountId } = yield* first
      yield* broken("updateAccount", Converge.ensureName(accountId, "New"))
    })
  )

  it.effect("ensureInactive resolves a lost response by reading", () =>
    Effect.gen(function* () {
      yield* fresh
      const { population } = yield* Simulator.Simulator
      const { accountId } = yield* first
      yield* broken("deleteAccount", Converge.ensureInactive(accountId, population.credentials.applicationId))
    })
  )

  it.effect("ensureAccount resolves a lost response by reading the list", () =>
    Effect.gen(function* () {
      yield* fresh
      const { population } = yield* Simulator.Simulator
      const user = Option.getOrThrow(population.newcomer(3))
      yield* Effect.provide(broken("addAccount", Converge.ensureAccount(user)), AccountIndex.layer)
    })
  )

  it.effect("an account is only inactive if both the list and the live status say so", () =>
    Effect.gen(function* () {
      yield* fresh
      const { population, state } = yield* Simulator.Simulator
      const torn = [...population.members].find(
        ({ traits }) => traits.inconsistency === "listedInactive" && traits.availability === "available"
      )
      assert(torn !== undefined)
      yield* Converge.ensureInactive(torn.accountId, population.credentials.applicationId)
      const { live } = Option.getOrThrow(yield* state.account(torn.accountId))
      assert.strictEqual(live.status, "inactive")
      assert.deepStrictEqual(yield* times, [1])
    })
  )

  it.effect("a user whose account is inactive is refused", () =>
    Effect.gen(function* () {
      yield* fresh
      const { state } = yield* Simulator.Simulator
      const { accountId, directoryId, username } = yield* first
      yield* state.deactivate(accountId)
      const error = yield* Effect.flip(
        Effect.provide(Converge.ensureAccount({ directoryId, username }), AccountIndex.layer)
      )
      assert.strictEqual(error._tag, "Refused")
    })
  )
})
