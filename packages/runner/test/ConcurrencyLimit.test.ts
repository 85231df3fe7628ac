import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import * as ConcurrencyLimit from "../src/internal/scheduler/concurrencyLimit.js"

type Event = { readonly kind: "answered" | "failed"; readonly took: number; readonly gap: number }

const events = FastCheck.array(
  FastCheck.record({
    kind: FastCheck.constantFrom("answered" as const, "answered" as const, "failed" as const),
    took: FastCheck.integer({ min: 0, max: 60_000 }),
    gap: FastCheck.integer({ min: 0, max: 1000 })
  }),
  { maxLength: 300 }
)

/** Returns the limit after each event and the time of the last event. */
const follow = (limit: ConcurrencyLimit.ConcurrencyLimit, all: ReadonlyArray<Event>) => {
  const allowed = [limit.allowed()]
  let now = 0
  for (const { gap, kind, took } of all) {
    now += gap
    if (kind === "answered") limit.answered()
    else limit.failed({ beganMillis: now - took, endedMillis: now })
    allowed.push(limit.allowed())
  }
  return { allowed, now }
}

describe("ConcurrencyLimit", () => {
  it("always stays between 1 and its maximum", () => {
    FastCheck.assert(
      FastCheck.property(events, (all) =>
        follow(ConcurrencyLimit.make("auto"), all).allowed.every(
          (allowed) => allowed >= 1 && allowed <= ConcurrencyLimit.autoMax
        )
      )
    )
  })

  it("a fixed number does not change, and is at least 1", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.integer({ min: 1, max: 500 }), events, (most, all) =>
        follow(ConcurrencyLimit.make(most), all).allowed.every((allowed) => allowed === most)
      )
    )
    for (const nonsense of [0, -3, 0.5, Number.NaN]) {
      assert.strictEqual(ConcurrencyLimit.make(nonsense).allowed(), 1)
    }
    assert.strictEqual(ConcurrencyLimit.make(2.9).allowed(), 2)
  })

  it("halves only after a failure of an attempt that began after the last halving", () => {
    FastCheck.assert(
      FastCheck.property(events, (all) => {
        const limit = ConcurrencyLimit.make("auto")
        const { now } = follow(limit, all)
        const before = limit.allowed()
        const span = { beganMillis: now + 1, endedMillis: now + 5 }
        limit.failed(span)
        const once = limit.allowed()
        limit.failed(span)
        return (before === 1 || once < before) && once >= Math.floor(before / 2) && limit.allowed() === once
      })
    )
  })

  it("successes bring it back to its maximum after any history", () => {
    FastCheck.assert(
      FastCheck.property(events, (all) => {
        const limit = ConcurrencyLimit.make("auto")
        follow(limit, all)
        for (let answer = 0; answer < 8000; answer++) limit.answered()
        return limit.allowed() === ConcurrencyLimit.autoMax
      }),
      { numRuns: 20 }
    )
  })
})
