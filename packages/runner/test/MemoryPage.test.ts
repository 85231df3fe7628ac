import { assert, describe, it } from "@effect/vitest"
import * as MemoryPage from "../src/internal/store/memoryPage.js"

const subjects = ["a", "\ud800 half", { id: "c" }]

const recorded = (...positions: ReadonlyArray<number>) => {
  const page = MemoryPage.make(subjects, 1000)
  for (const position of positions) page.record({ position, outcome: "done", result: { at: position } })
  return page
}

describe("MemoryPage", () => {
  it("returns subjects and results as they were added, whether or not the page is complete", () => {
    const partly = recorded(1002, 1000)
    assert.deepStrictEqual(partly.pending(), [{ position: 1001, subject: "\ud800 half" }])
    assert.deepStrictEqual(partly.results(), [{ at: 1000 }, { at: 1002 }])
    const complete = recorded(1002, 1000, 1001)
    assert.deepStrictEqual(complete.pending(), [])
    assert.deepStrictEqual(complete.results(), [{ at: 1000 }, { at: 1001 }, { at: 1002 }])
    assert.deepStrictEqual(complete.rows(), [
      { position: 1000, subject: "a", outcome: "done", result: { at: 1000 } },
      { position: 1001, subject: "\ud800 half", outcome: "done", result: { at: 1001 } },
      { position: 1002, subject: { id: "c" }, outcome: "done", result: { at: 1002 } }
    ])
  })

  it("keeps the first result of a position, even when the page is complete", () => {
    const page = recorded(1000)
    const again = { position: 1000, outcome: "failed", result: "again" } as const
    assert.isFalse(page.record(again))
    for (const position of [1001, 1002]) assert.isTrue(page.record({ position, outcome: "done", result: "" }))
    assert.isFalse(page.record(again))
    assert.deepInclude(page.rows()[0], { outcome: "done", result: { at: 1000 } })
  })

  it("is not affected by later changes to its input", () => {
    const subject = { name: "before" }
    const page = MemoryPage.make([subject], 0)
    subject.name = "after"
    assert.deepInclude(page.rows()[0], { subject: { name: "before" } })
  })
})
