import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { Concurrency } from "../src/index.js"

type Event = { readonly kind: "answered" | "refused" | "failed"; readonly took: number; readonly gap: number }

const events = FastCheck.array(
  FastCheck.record({
    kind: FastCheck.constantFrom("answered" as const, "answered" as const, "refused" as const, "failed" as const),
    took: FastCheck.integer({ min: 0, max: 60_000 }),
    gap: FastCheck.integer({ min: 0, max: 1000 })
  }),
  { maxLength: 300 }
)

const follow = (window: Concurrency.Window, all: ReadonlyArray<Event>, startMillis = 0) => {
  const states = [window]
  let now = startMillis
  for (const { gap, kind, took } of all) {
    now += gap
    const span = { beganMillis: now - took, endedMillis: now }
    window =
      kind === "answered"
        ? Concurrency.answered(window, span, Concurrency.allowed(window))
        : Concurrency[kind](window, span)
    states.push(window)
  }
  return { states, last: window, now }
}

const quick = (count: number): ReadonlyArray<Event> =>
  Array.from({ length: count }, () => ({ kind: "answered", took: 10, gap: 1 }))

describe("Concurrency", () => {
  it("is never below 1 nor above its most, whatever happens", () => {
    FastCheck.assert(
      FastCheck.property(events, (all) =>
        follow(Concurrency.make("auto"), all).states.every((state) => {
          const allowed = Concurrency.allowed(state)
          return allowed >= 1 && allowed <= Concurrency.autoMax && Number.isFinite(state.latencyMillis)
        })
      )
    )
  })

  it("a number stays what it is, and is at least one", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.integer({ min: 1, max: 500 }), events, (most, all) =>
        follow(Concurrency.make(most), all).states.every((state) => Concurrency.allowed(state) === most)
      )
    )
    for (const nonsense of [0, -3, 0.5, Number.NaN]) {
      assert.strictEqual(Concurrency.allowed(Concurrency.make(nonsense)), 1)
    }
    assert.strictEqual(Concurrency.allowed(Concurrency.make(2.9)), 2)
  })

  it("shrinks after a refusal or a failure of what was begun since it last shrank, and only then", () => {
    FastCheck.assert(
      FastCheck.property(events, FastCheck.constantFrom("refused" as const, "failed" as const), (all, kind) => {
        const { last, now } = follow(Concurrency.make("auto"), all)
        const span = { beganMillis: now + 1, endedMillis: now + 5 }
        const once = Concurrency[kind](last, span)
        const late = Concurrency[kind](once, span)
        return (last.limit === 1 || once.limit < last.limit) && late.limit === once.limit
      })
    )
  })

  it("recovers: after any history, good answers bring it back to its most", () => {
    FastCheck.assert(
      FastCheck.property(events, (all) => {
        const { last, now } = follow(Concurrency.make("auto"), [...quick(50), ...all])
        return Concurrency.allowed(follow(last, quick(8000), now).last) === Concurrency.autoMax
      }),
      { numRuns: 20 }
    )
  })

  it("shrinks when answers take much longer than they could", () => {
    const { last, now } = follow(Concurrency.make("auto"), quick(200))
    assert.strictEqual(Concurrency.allowed(last), Concurrency.autoMax)
    const slow = Array.from({ length: 200 }, () => ({ kind: "answered" as const, took: 400, gap: 20 }))
    assert.isBelow(follow(last, slow, now).last.limit, Concurrency.autoMax / 2)
  })

  it("does not grow on what was never in use", () => {
    let window = Concurrency.make("auto")
    for (let i = 0; i < 100; i++) {
      window = Concurrency.answered(window, { beganMillis: i, endedMillis: i + 1 }, 1)
    }
    assert.strictEqual(window.limit, Concurrency.make("auto").limit)
  })
})
