import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration } from "effect"
import { type Progress, Run } from "../src/index.js"
import * as Outage from "../src/internal/scheduler/outage.js"
import { settable } from "./fixtures/settableClock.js"

const make = () => {
  const events: Array<Progress.Event> = []
  const { clock } = settable()
  const publish = (event: Progress.Event) => events.push(event)
  return { events, outage: Outage.make({ clock, maxOutage: "1 minute", publish, runId: Run.RunId.make("run") }) }
}

describe("Outage", () => {
  it("begins after enough failures in a row, and ends with the first response", () => {
    const { outage } = make()
    outage.failed(1000, 3)
    outage.failed(1001, 3)
    outage.answered(1002)
    for (const at of [2000, 2001]) outage.failed(at, 3)
    assert.isFalse(outage.isSuspected())
    outage.failed(2002, 3)
    assert.isTrue(outage.isSuspected())
    outage.answered(2003)
    assert.isFalse(outage.isSuspected())
    for (const at of [2004, 2005]) outage.failed(at, 3)
    assert.isFalse(outage.isSuspected())
  })

  it("is probed at growing intervals, at most 15 seconds", () => {
    const { outage } = make()
    const waits: Array<number> = []
    let now = 0
    for (let probe = 0; probe < 9; probe++) {
      outage.probeFailed(now)
      waits.push(outage.probeAtMillis() - now)
      now = outage.probeAtMillis()
    }
    assert.deepStrictEqual(waits, [500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000, 15_000])
  })

  it("exceeds the limit when it has lasted longer, counted from its first failure", () => {
    const { outage } = make()
    outage.failed(1000, 1)
    assert.isFalse(outage.isOutlasted(61_000))
    assert.isTrue(outage.isOutlasted(61_001))
  })

  it("events report its start, the next probe and its duration", () => {
    const { events, outage } = make()
    outage.failed(1000, 1)
    outage.notify("away", 9000)
    outage.answered(11_000)
    outage.answered(12_000)
    const [waiting, resumed, ...more] = events
    assert.isTrue(waiting?._tag === "OutageWaiting" && waiting.reason === "away")
    assert.deepStrictEqual(
      waiting?._tag === "OutageWaiting" && [waiting.since, waiting.nextProbeAt].map(DateTime.toEpochMillis),
      [1000, 9000]
    )
    assert.deepStrictEqual(resumed?._tag === "OutageEnded" && Duration.toMillis(resumed.waited), 10_000)
    assert.deepStrictEqual(more, [])
  })
})
