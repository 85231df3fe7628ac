import { FileSystem } from "@effect/platform"
import { assert, describe, it, layer } from "@effect/vitest"
import { AdminAccounts, GlowmarktError } from "@effect-glowmarkt/core"
import { Chunk, Duration, Effect, type Layer, type Scope, Stream } from "effect"
import {
  type ApplyResult,
  Consent,
  CorrectOwnDetails,
  type Limits,
  OffboardAccounts,
  Plan,
  PlannedFlow,
  Progress,
  RenameAccounts,
  RotateMobileTokens,
  RotatePasswords
} from "../src/index.js"
import { accountIds, administrator, accountId as idOf } from "./fixtures/administrator.js"
import { hits, killEach } from "./fixtures/killEach.js"
import { temporary } from "./fixtures/served.js"
import { live } from "./fixtures/users.js"
import { inVirtualTime } from "./fixtures/virtualTime.js"
import { denied, unavailable } from "./fixtures/workerPool.js"

const timed = (name: string, test: () => Effect.Effect<void, unknown>) => it.live(name, () => inVirtualTime(test()))

const clock = Effect.map(Effect.clock, (clock) => () => clock.unsafeCurrentTimeMillis())

/** Plans to rename this many accounts, and also returns the events. */
const planned = (count: number, { admin }: ReturnType<typeof administrator>, pace: Limits.Limits = {}) => {
  const events: Array<Progress.Event> = []
  const rows = accountIds(count).map((accountId, i) => ({
    line: i + 2,
    cells: { accountId },
    value: { accountId, name: "after" }
  }))
  return PlannedFlow.plan(RenameAccounts.flow, { rows, parameters: {}, ...pace }).pipe(
    Effect.provideService(AdminAccounts.AdminAccounts, admin),
    Progress.observe((all) =>
      Effect.map(Stream.runCollect(all), (chunk) => {
        events.push(...Chunk.toReadonlyArray(chunk))
      })
    ),
    Effect.map((plan) => ({ plan, events }))
  )
}

describe("PlannedFlow", () => {
  timed("skips an account that cannot be read, with line, key and reason, and plans the others", () =>
    Effect.gen(function* () {
      const bad = idOf(1500)
      const provider = administrator((accountId) => (accountId === bad ? Effect.fail(unavailable) : Effect.void))
      const { plan } = yield* planned(2000, provider)
      assert.deepStrictEqual(plan.header.counts, { change: 1999, nothing: 0, skip: 1, invalid: 0 })
      const skipped = plan.entries[1500]
      assert(skipped !== undefined)
      assert.deepStrictEqual(skipped.intent, {
        _tag: "Skip",
        reason: `could not be read: ${GlowmarktError.explanation(unavailable)}`
      })
      assert.deepStrictEqual([skipped.key, skipped.line], [bad, 1502])
    })
  )

  timed("waits out an outage and reports it", () =>
    Effect.gen(function* () {
      const now = yield* clock
      const from = now() + 1000
      const provider = administrator(() =>
        Effect.suspend(() => (now() >= from && now() < from + 60_000 ? Effect.fail(unavailable) : Effect.void))
      )
      const { events, plan } = yield* planned(1000, provider)
      assert.deepStrictEqual(plan.header.counts, { change: 1000, nothing: 0, skip: 0, invalid: 0 })
      const tags = events.map(({ _tag }) => _tag)
      assert.deepStrictEqual([tags[0], tags[1], tags.at(-1)], ["RunStarted", "SubjectsListed", "RunFinished"])
      assert.isAtLeast(tags.filter((tag) => tag === "OutageWaiting").length, 3)
      assert.isAtLeast(tags.filter((tag) => tag === "Advanced").length, 10)
      const resumed = events.find((event) => event._tag === "OutageEnded")
      assert.isTrue(resumed !== undefined && Duration.greaterThan(resumed.waited, "59 seconds"))
      assert.isTrue(events.every(({ runId }) => runId === plan.header.id))
    })
  )

  timed("fails with the latest error if an outage lasts too long", () =>
    Effect.gen(function* () {
      const provider = administrator(() => Effect.fail(unavailable))
      const error = yield* Effect.flip(planned(50, provider, { maxOutage: "1 minute" }))
      assert.strictEqual(error.message, unavailable.message)
    })
  )

  timed("keeps the default rate, counted in requests", () =>
    Effect.gen(function* () {
      const now = yield* clock
      const began = now()
      yield* planned(
        2000,
        administrator(() => Effect.void)
      )
      assert.closeTo(now() - began, 10_000, 1000)
    })
  )

  timed(
    "fails if the credentials are refused for every row, however few; a single refusal is a reason to skip the row",
    () =>
      Effect.gen(function* () {
        const all = administrator(() => Effect.fail(denied))
        for (const count of [1, 3, 300]) {
          assert.strictEqual((yield* Effect.flip(planned(count, all))).message, denied.message)
        }
        assert.isBelow(all.calls.length, 60)
        const { plan } = yield* planned(
          30,
          administrator((accountId) => (accountId === idOf(4) ? Effect.fail(denied) : Effect.void))
        )
        assert.deepStrictEqual(plan.header.counts, { change: 29, nothing: 0, skip: 1, invalid: 0 })
      })
  )

  it.live(
    "a run that is killed at any moment ends like an uninterrupted one (`npm run torture -- kill` kills more often)",
    () =>
      Effect.gen(function* () {
        const results = yield* killEach({
          flows: ["renameAccounts", "rotatePasswords"],
          kills: 2,
          seed: 3,
          subjects: 8
        })
        for (const result of results) {
          const { flow, hit, problems, rows } = result
          assert.deepStrictEqual(
            { flow, kills: hits(result), anyMoment: hit.anyMoment, rows, problems },
            { flow, kills: 2, anyMoment: 1, rows: 8, problems: [] }
          )
        }
      }),
    // Processes start slowly on a busy machine.
    120_000
  )
})

type Needs = Layer.Layer.Success<typeof live> | Scope.Scope

const apply: Record<string, (plan: Plan.Plan) => Effect.Effect<ApplyResult.Summary, unknown, Needs>> = {
  renameAccounts: (plan) => PlannedFlow.apply(RenameAccounts.flow, plan),
  correctOwnDetails: (plan) => PlannedFlow.apply(CorrectOwnDetails.flow, plan),
  rotateMobileTokens: (plan) => PlannedFlow.apply(RotateMobileTokens.flow, plan),
  rotatePasswords: (plan) =>
    Effect.flatMap(temporary, (directory) => {
      const parameters = { ...plan.header.parameters, passwordFile: `${directory}/new.env` }
      return RotatePasswords.apply({ ...plan, header: { ...plan.header, parameters } })
    }),
  offboardAccounts: (plan) => OffboardAccounts.apply(plan, { consent: Consent.deletions(1) })
}

layer(live, { excludeTestServices: true })("a plan file of an earlier version", (it) => {
  it.scoped.each(Object.entries(apply))("of %s can be applied although its wording has changed", ([flow, apply]) =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const file = new URL(`fixtures/plans/${flow}.ndjson`, import.meta.url).pathname
      const plan = yield* Plan.decode(fs.stream(file))
      assert.strictEqual(plan.header.flow, flow)
      assert.strictEqual((yield* apply(plan)).total, plan.entries.length)

      const reworded = plan.entries.map((entry) => ({ ...entry, will: `${entry.will}!` }))
      const error = yield* Effect.flip(apply({ ...plan, entries: reworded }))
      assert.instanceOf(error, Plan.InvalidPlan)
    })
  )
})
