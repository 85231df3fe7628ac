import { assert, describe, expect, it } from "@effect/vitest"
import { GlowmarktError } from "@effect-glowmarkt/core"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"

const invalid = (problem: string) => new GlowmarktError.InvalidInput({ operation: "getAccounts", problem })

// Functions, so that no two values are the same object.
const values: ReadonlyArray<() => unknown> = [
  () => Option.none(),
  () => Option.some(1),
  () => Option.some(2),
  () => Option.some({ a: [1] }),
  () => Option.some({ a: [2] }),
  () => Either.right(1),
  () => Either.left(1),
  () => Either.right(Redacted.make("b")),
  () => Redacted.make("a"),
  () => Redacted.make("b"),
  () => Exit.succeed(1),
  () => Exit.fail(1),
  () => invalid("one"),
  () => invalid("another"),
  () => null,
  () => ({}),
  () => []
]

const wrapped = values.flatMap((make) => [make, () => [make()], () => ({ in: { it: make() } })])

// Without packages/workshop/equality.ts, the assertions of this repository's tests would hold for
// any two Options.
describe("deep equality", () => {
  it("distinguishes Effect's values at any depth", () => {
    for (const [left, one] of wrapped.entries()) {
      for (const [right, other] of wrapped.entries()) {
        if (left === right) assert.deepStrictEqual(one(), other())
        else {
          assert.notDeepEqual(one(), other(), `${left} and ${right}`)
          assert.throws(() => assert.deepStrictEqual(one(), other()))
        }
      }
    }
    assert.throws(() => assert.deepInclude({ a: Option.some(1) }, { a: Option.none() }))
    assert.throws(() => expect(Option.some(1)).toEqual(Option.none()))
  })
})
