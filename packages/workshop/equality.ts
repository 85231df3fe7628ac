/**
 * Makes deep equality compare the contents of Effect's values.
 *
 * `assert.deepStrictEqual` compares iterables by their elements. An `Option`, an `Either` or an error
 * yields only itself, so any two would be equal. So would any two `Redacted`, which hide their value.
 */
import { addEqualityTesters } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Equal from "effect/Equal"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { chai } from "vitest"

type Is<A> = (value: unknown) => value is A

const isError: Is<Error> = (value) => value instanceof Error

/** Returns `null` if neither value is of this kind, so the next comparison decides. */
const both =
  <A>(is: Is<A>, areEqual: (left: A, right: A) => boolean) =>
  (left: unknown, right: unknown): boolean | null =>
    is(left) || is(right) ? is(left) && is(right) && areEqual(left, right) : null

const kinds = [
  both(Redacted.isRedacted, (left, right) => equal(Redacted.value(left), Redacted.value(right))),
  both(Option.isOption, (left, right) => equal(Option.toArray(left), Option.toArray(right))),
  both(
    Either.isEither,
    (left, right) => left._tag === right._tag && equal(Either.merge<unknown, unknown>(left), Either.merge(right))
  ),
  both(
    isError,
    (left, right) =>
      left.constructor === right.constructor && left.message === right.message && equal({ ...left }, { ...right })
  ),
  both(Effect.isEffect, Equal.equals)
]

const comparator = (left: unknown, right: unknown): boolean | null => {
  for (const areEqual of kinds) {
    const known = areEqual(left, right)
    if (known !== null) return known
  }
  return null
}

const equal = (left: unknown, right: unknown): boolean => chai.util.eql(left, right, { comparator })

chai.config.deepEqual = equal
addEqualityTesters()
