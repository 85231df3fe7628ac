import { assert, describe, it } from "@effect/vitest"
import * as Denials from "../src/internal/scheduler/denials.js"

const holding = (count: number, limit?: number) => {
  const denials = Denials.make<number>(limit)
  for (let n = 1; n <= count; n++) denials.hold(n, n * 100)
  return denials
}

describe("Denials", () => {
  it("releases what was denied before a request that is answered was sent, once", () => {
    const denials = holding(3)
    assert.deepStrictEqual(denials.release(200), [1, 2])
    assert.deepStrictEqual(denials.release(200), [])
    assert.deepStrictEqual(denials.release(300), [3])
  })

  it("reaches its limit at 20 in a row, and is set back by another answer", () => {
    assert.isFalse(holding(19).isLimitReached())
    const denials = holding(20)
    assert.isTrue(denials.isLimitReached())
    denials.release(100)
    assert.isFalse(denials.isLimitReached())
    assert.isTrue(holding(3, 3).isLimitReached())
  })

  it("says of ten in a row that they may be adjacent", () => {
    assert.isFalse(holding(9).mayBeAdjacent())
    assert.isTrue(holding(10).mayBeAdjacent())
  })

  it("says that there was next to nothing else only of five or more, and with no other answer", () => {
    assert.isFalse(holding(4).isAllThereIs())
    assert.isTrue(holding(5).isAllThereIs())
    assert.isTrue(holding(2, 2).isAllThereIs())
    const denials = holding(5)
    denials.release(0)
    assert.isFalse(denials.isAllThereIs())
  })
})
