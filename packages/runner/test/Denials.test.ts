import { assert, describe, it } from "@effect/vitest"
import * as Denials from "../src/internal/scheduler/denials.js"

const holding = (count: number, limit?: number) => {
  const denials = Denials.make<number>(limit)
  for (let n = 1; n <= count; n++) denials.hold(n, n * 100)
  return denials
}

describe("Denials", () => {
  it("a success releases the subjects denied before its request was sent, once", () => {
    const denials = holding(3)
    assert.deepStrictEqual(denials.release(200), [1, 2])
    assert.deepStrictEqual(denials.release(200), [])
    assert.deepStrictEqual(denials.release(300), [3])
  })

  it("reaches its limit after 20 in a row, and a success resets the count", () => {
    assert.isFalse(holding(19).isLimitReached())
    const denials = holding(20)
    assert.isTrue(denials.isLimitReached())
    denials.release(100)
    assert.isFalse(denials.isLimitReached())
    assert.isTrue(holding(3, 3).isLimitReached())
  })

  it("both ends of the page take turns while subjects are held back", () => {
    assert.deepStrictEqual(
      [0, 1, 2, 3].map((count) => holding(count).nextFrom()),
      ["front", "back", "front", "back"]
    )
  })

  it("blames the credentials only after five or more denials without a success", () => {
    assert.isFalse(holding(4).areAllResponsesDenials())
    assert.isTrue(holding(5).areAllResponsesDenials())
    assert.isTrue(holding(2, 2).areAllResponsesDenials())
    const denials = holding(5)
    denials.release(0)
    assert.isFalse(denials.areAllResponsesDenials())
  })
})
