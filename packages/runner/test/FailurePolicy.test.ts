import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect } from "effect"
import type { Progress } from "../src/index.js"
import { Run, Step } from "../src/index.js"
import * as ConcurrencyLimit from "../src/internal/scheduler/concurrencyLimit.js"
import * as FailurePolicy from "../src/internal/scheduler/failurePolicy.js"
import * as Outage from "../src/internal/scheduler/outage.js"
import * as RateController from "../src/internal/scheduler/rateController.js"
import { denied, limited, missing, unavailable } from "./fixtures/workerPool.js"

type Failure = ConstructorParameters<typeof Step.TransientFailure>[0]

/** A policy, and functions to report successes and failures of subjects at given times. */
const make = (deniedLimit?: number) =>
  Effect.gen(function* () {
    const clock = Clock.make()
    const events: Array<Progress.Event> = []
    const outage = Outage.make({
      clock,
      maxOutage: Duration.minutes(5),
      publish: (event) => events.push(event),
      runId: Run.RunId.make("run")
    })
    const concurrency = ConcurrencyLimit.make("auto")
    const rate = yield* RateController.make("unlimited", 0)
    const policy = FailurePolicy.make<number, string, Failure>({ concurrency, outage, rate }, deniedLimit)
    const span = (atMillis: number) => ({ beganMillis: atMillis - 10, endedMillis: atMillis })
    return {
      concurrency,
      policy,
      item: (subject: number) => ({ position: subject, subject, strikes: 0, answersAtFailure: 0, dueMillis: 0 }),
      succeed: (atMillis: number) => policy.succeeded(span(atMillis)),
      check: (atMillis: number, failure?: Failure) =>
        policy.checked(failure && new Step.TransientFailure(failure, undefined, failure), span(atMillis)),
      fail: (
        item: Parameters<typeof policy.failed>[0],
        failure: Failure,
        atMillis: number,
        change: Partial<FailurePolicy.FailureContext> = {}
      ) =>
        policy.failed(item, new Step.TransientFailure(failure, failure._tag, failure), {
          span: span(atMillis),
          role: "worker",
          hasUntried: true,
          hasHealthySubject: true,
          ...change
        })
    }
  })

describe("FailurePolicy", () => {
  it.effect("gives up on a subject after five failures with growing pauses while others succeed", () =>
    Effect.gen(function* () {
      const { fail, item, succeed } = yield* make()
      const bad = item(1)
      const pauses: Array<number> = []
      for (let at = 1000; at < 500_000; at += 100_000) {
        succeed(at - 500)
        const action = fail(bad, unavailable, at)
        if (action._tag === "Retry") pauses.push(action.atMillis - at)
        else assert.deepStrictEqual(action, { _tag: "Record", settled: [{ item: bad, result: "ServerError" }] })
      }
      assert.deepStrictEqual(pauses, [500, 1000, 2000, 4000])
    })
  )

  it.effect("suspects an outage after ten failures in a row, and then gives no strikes", () =>
    Effect.gen(function* () {
      const { fail, item, policy, succeed } = yield* make()
      const bad = item(0)
      fail(bad, unavailable, 300)
      succeed(500)
      for (let n = 1; n <= 10; n++) {
        assert.isUndefined(policy.probeAtMillis())
        fail(item(n), unavailable, 1000 + n)
      }
      assert.strictEqual(policy.probeAtMillis(), 1510)
      // Others have succeeded since it last failed, but before the outage.
      fail(bad, unavailable, 2000, { role: "probe" })
      assert.strictEqual(bad.strikes, 1)
      succeed(61_000)
      assert.isUndefined(policy.probeAtMillis())
    })
  )

  it.effect("suspects one after three timeouts without a response for 20 seconds", () =>
    Effect.gen(function* () {
      const { fail, item, policy, succeed } = yield* make()
      succeed(5000)
      for (const n of [1, 2, 3]) {
        assert.isUndefined(policy.probeAtMillis())
        const span = { beganMillis: 5000, endedMillis: 35_000 + n }
        fail(item(n), unavailable, 0, { span })
      }
      assert.strictEqual(policy.probeAtMillis(), 35_503)
    })
  )

  it.effect("suspects one after a single failure when every subject has been tried", () =>
    Effect.gen(function* () {
      const { fail, item, policy } = yield* make()
      fail(item(1), unavailable, 1000, { hasUntried: false })
      assert.strictEqual(policy.probeAtMillis(), 1500)
    })
  )

  it.effect("fails the run when probes fail for longer than the limit", () =>
    Effect.gen(function* () {
      const { check, fail, item } = yield* make()
      fail(item(1), unavailable, 1000, { hasUntried: false })
      assert.strictEqual(check(300_000, unavailable)._tag, "Record")
      assert.deepStrictEqual(check(301_001, unavailable), { _tag: "EndRun", ending: unavailable })
    })
  )

  it.effect("treats a 429 with a pause longer than the limit as an outage, and does not pause that long", () =>
    Effect.gen(function* () {
      const { check, fail, item, policy } = yield* make()
      assert.strictEqual(fail(item(1), limited("1 hour"), 1000)._tag, "Retry")
      assert.strictEqual(policy.probeAtMillis(), 1500)
      assert.strictEqual(check(300_000, limited("1 hour"))._tag, "Record")
      assert.deepStrictEqual(check(301_001, limited("1 hour")), { _tag: "EndRun", ending: limited("1 hour") })
    })
  )

  it.effect("counts a concurrent failure or a 429 as a quarter of a strike", () =>
    Effect.gen(function* () {
      const { fail, item } = yield* make()
      const [alone, beside, refused] = [item(1), item(2), item(3)]
      fail(alone, unavailable, 1000)
      fail(beside, unavailable, 1005)
      fail(refused, limited("1 second"), 9000)
      assert.deepStrictEqual([alone.strikes, beside.strikes, refused.strikes], [1, 0.25, 0.25])
    })
  )

  it.effect("halves the concurrency only for failures of the provider", () =>
    Effect.gen(function* () {
      const { concurrency, fail, item } = yield* make()
      const before = concurrency.allowed()
      fail(item(1), missing, 1000)
      fail(item(2), limited("1 second"), 2000)
      assert.strictEqual(concurrency.allowed(), before)
      fail(item(3), unavailable, 3000)
      assert.strictEqual(concurrency.allowed(), before / 2)
    })
  )

  it.effect("holds back denied subjects until a later request succeeds", () =>
    Effect.gen(function* () {
      const { fail, item, succeed } = yield* make()
      const one = item(1)
      assert.deepStrictEqual(fail(one, denied, 1000), { _tag: "Record", settled: [] })
      assert.deepStrictEqual(succeed(1005), [])
      assert.deepStrictEqual(
        succeed(1010).map(({ item }) => item),
        [one]
      )
    })
  )

  it.effect("fails the run at the limit of denials in a row, after trying both ends of the page", () =>
    Effect.gen(function* () {
      const { fail, item, policy, succeed } = yield* make()
      succeed(500)
      for (let n = 1; n < 20; n++) {
        assert.strictEqual(policy.untriedFrom(), n % 2 === 0 ? "back" : "front")
        assert.deepStrictEqual(fail(item(n), denied, 1000 + n), { _tag: "Record", settled: [] })
      }
      assert.deepStrictEqual(fail(item(20), denied, 1020), { _tag: "EndRun", ending: denied })
    })
  )

  it.effect("does not conclude from a healthy subject that the credentials are valid", () =>
    Effect.gen(function* () {
      const { check, fail, item } = yield* make(3)
      fail(item(1), denied, 1001)
      assert.deepStrictEqual(check(1500), { _tag: "Record", settled: [] })
      fail(item(2), denied, 2000)
      assert.deepStrictEqual(fail(item(3), denied, 3000), { _tag: "EndRun", ending: denied })
    })
  )

  it.effect("at the end, blames the credentials if every response was a denial", () =>
    Effect.gen(function* () {
      const few = yield* make()
      for (const n of [1, 2]) few.fail(few.item(n), denied, 1000 + n)
      const recorded = few.policy.ended()
      assert.strictEqual(recorded._tag === "Record" && recorded.settled.length, 2)
      const many = yield* make()
      for (const n of [1, 2, 3, 4, 5]) many.fail(many.item(n), denied, 1000 + n)
      assert.deepStrictEqual(many.policy.ended(), { _tag: "EndRun", ending: denied })
    })
  )
})
