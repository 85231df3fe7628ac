import { assert, describe, it } from "@effect/vitest"
import { Effect, FastCheck, Option } from "effect"
import * as WorkQueue from "../src/internal/scheduler/workQueue.js"

const letters = () => WorkQueue.sourceOf(["a", "b", "c"])

describe("WorkQueue", () => {
  it.effect("returns subjects in order, page by page", () =>
    Effect.gen(function* () {
      const pages = [
        [{ position: 4, subject: "e" }],
        [],
        [
          { position: 8, subject: "i" },
          { position: 9, subject: "j" }
        ]
      ]
      const queue = WorkQueue.make({ next: Effect.sync(() => Option.fromNullable(pages.shift())) })
      const taken: Array<readonly [number, string]> = []
      while (queue.pages() === "more") {
        yield* queue.loadPage
        for (let item = queue.takeUntried("front"); item !== undefined; item = queue.takeUntried("front")) {
          taken.push([item.position, item.subject])
        }
      }
      assert.deepStrictEqual(taken, [
        [4, "e"],
        [8, "i"],
        [9, "j"]
      ])
      assert.strictEqual(queue.pages(), "none")
    })
  )

  it.effect("returns each subject of a page once, from either end", () =>
    Effect.gen(function* () {
      const queue = WorkQueue.make(letters())
      yield* queue.loadPage
      const taken = [queue.takeUntried("back"), queue.takeUntried("front"), queue.takeUntried("back")]
      assert.deepStrictEqual(
        taken.map((item) => item?.subject),
        ["c", "a", "b"]
      )
      assert.strictEqual(queue.untried(), 0)
      assert.isUndefined(queue.takeUntried("front"))
    })
  )

  it.effect("reports that it is loading while the source is slow", () =>
    Effect.gen(function* () {
      const queue = WorkQueue.make({ next: Effect.as(Effect.yieldNow(), Option.none<ReadonlyArray<never>>()) })
      const fiber = yield* Effect.fork(queue.loadPage)
      yield* Effect.yieldNow()
      assert.strictEqual(queue.pages(), "loading")
      yield* fiber
      assert.strictEqual(queue.pages(), "none")
    })
  )

  it.effect("returns retries by due time, whatever order they were added in", () =>
    Effect.gen(function* () {
      const queue = WorkQueue.make(letters())
      yield* queue.loadPage
      const item = queue.takeUntried("front")
      assert.isDefined(item)
      FastCheck.assert(
        FastCheck.property(FastCheck.array(FastCheck.integer({ min: 0, max: 50 })), (dues) => {
          for (const due of dues) queue.retry({ ...item }, due)
          const sorted = [...dues].sort((a, b) => a - b)
          const taken = sorted.map((due) => [due, queue.retryAtMillis(), queue.takeRetry()?.dueMillis])
          return (
            taken.every(([due, at, dueMillis]) => at === due && dueMillis === due) && queue.takeRetry() === undefined
          )
        })
      )
      assert.strictEqual(queue.retryAtMillis(), Number.POSITIVE_INFINITY)
    })
  )
})
