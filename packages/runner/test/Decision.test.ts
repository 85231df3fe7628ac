import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { type Decision, decide, type Snapshot } from "../src/internal/scheduler/decision.js"

const never = Number.POSITIVE_INFINITY

const underWay: Snapshot = {
  nowMillis: 1000,
  inFlight: 3,
  allowed: 4,
  untried: 10,
  pages: "more",
  retryAtMillis: never,
  rateOpensAtMillis: 1000,
  probeAtMillis: undefined,
  isProbing: false,
  hasHealthySubject: true
}

const idle: Decision = { _tag: "Wait", untilMillis: never }

const expected: ReadonlyArray<readonly [string, Partial<Snapshot>, Decision]> = [
  ["processes an untried subject", {}, { _tag: "Work", on: "untried" }],
  ["prefers a retry that is due", { retryAtMillis: 1000 }, { _tag: "Work", on: "retry" }],
  ["does not take a retry that is not due", { retryAtMillis: 1001 }, { _tag: "Work", on: "untried" }],
  ["loads the next page when no subjects are left in memory", { untried: 0 }, { _tag: "LoadPage" }],
  ["waits for a retry while a page is loading", { untried: 0, pages: "loading", retryAtMillis: 1500 }, wait(1500)],
  ["waits for the concurrency limit", { inFlight: 4 }, idle],
  ["waits for the rate limit", { rateOpensAtMillis: 1200 }, wait(1200)],
  ["waits for subjects in flight at the end", { untried: 0, pages: "none" }, idle],
  ["stops when all subjects are done", { untried: 0, pages: "none", inFlight: 0 }, { _tag: "Stop" }],
  ["waits for the next probe", { probeAtMillis: 1500 }, wait(1500)],
  ["probes when it is due, whatever the concurrency", { probeAtMillis: 1000, inFlight: 9 }, { _tag: "Probe" }],
  ["probes no sooner than the rate allows", { probeAtMillis: 1000, rateOpensAtMillis: 1700 }, wait(1700)],
  ["sends one probe at a time", { probeAtMillis: 1000, isProbing: true }, idle],
  [
    "loads a page when there is no subject to probe with",
    { probeAtMillis: 1000, hasHealthySubject: false, untried: 0 },
    { _tag: "LoadPage" }
  ],
  [
    "probes with a retry before it is due",
    { probeAtMillis: 1000, hasHealthySubject: false, untried: 0, retryAtMillis: 9000 },
    { _tag: "Probe" }
  ],
  [
    "sends no probe when no subjects are left",
    { probeAtMillis: 0, untried: 0, pages: "none", inFlight: 0 },
    { _tag: "Stop" }
  ]
]

function wait(untilMillis: number): Decision {
  return { _tag: "Wait", untilMillis }
}

const time = FastCheck.integer({ min: 0, max: 2000 })

const snapshots: FastCheck.Arbitrary<Snapshot> = FastCheck.record({
  nowMillis: FastCheck.constant(1000),
  inFlight: FastCheck.integer({ min: 0, max: 5 }),
  allowed: FastCheck.integer({ min: 1, max: 5 }),
  untried: FastCheck.integer({ min: 0, max: 2 }),
  pages: FastCheck.constantFrom("more" as const, "loading" as const, "none" as const),
  retryAtMillis: FastCheck.oneof(time, FastCheck.constant(never)),
  rateOpensAtMillis: time,
  probeAtMillis: FastCheck.option(time, { nil: undefined }),
  isProbing: FastCheck.boolean(),
  hasHealthySubject: FastCheck.boolean()
})

describe("decide", () => {
  it.each(expected)("%s", (_, change, decision) => {
    assert.deepStrictEqual(decide({ ...underWay, ...change }), decision)
  })

  it("keeps every limit and never waits for a time in the past", () => {
    FastCheck.assert(
      FastCheck.property(snapshots, (run) => {
        const decision = decide(run)
        switch (decision._tag) {
          case "Work":
            return (
              run.inFlight < run.allowed && run.rateOpensAtMillis <= run.nowMillis && run.probeAtMillis === undefined
            )
          case "Probe":
            return run.probeAtMillis !== undefined && !run.isProbing && run.rateOpensAtMillis <= run.nowMillis
          case "LoadPage":
            return run.pages === "more" && run.untried === 0
          case "Wait":
            return decision.untilMillis > run.nowMillis
          case "Stop":
            return run.inFlight === 0 && run.untried === 0 && run.pages === "none" && run.retryAtMillis === never
        }
      })
    )
  })

  it("only leaves a worker idle without a timer if another one will wake it", () => {
    FastCheck.assert(
      FastCheck.property(snapshots, (run) => {
        const decision = decide(run)
        if (decision._tag !== "Wait" || decision.untilMillis < never) return true
        return run.inFlight > 0 || run.isProbing || run.pages === "loading"
      })
    )
  })
})
